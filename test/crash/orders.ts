/** What the parent tells a till that it will kill. */
export type Orders = {
  readonly dataDir: string;
  readonly anchorBase: string;
  readonly keyFile: string;
  readonly operatorId: string;
  readonly pin: string;
  /** Shown in every basket. */
  readonly codes: readonly string[];
  /** Baskets whose confirmation nobody saw. */
  readonly unanswered: readonly string[];
  /** Change the key of the ledger again and again while redeeming. */
  readonly changesKey: boolean;
};
