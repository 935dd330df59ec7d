/** What must hold in every state that a simulated chain of shops can come to. */
export const invariants = [
  'strict_limit',
  'single_use',
  'rights_add_up',
  'spent_once',
  'shown_is_durable',
  'acked_is_central',
  'counted_once',
  'excess_is_known',
  'chain_is_whole',
  'convergence',
  'fork_is_known',
] as const;
export type Invariant = (typeof invariants)[number];

export type Violation = {
  readonly seed: number;
  readonly step: number;
  readonly invariant: Invariant;
  readonly detail: string;
};

export type Found = { readonly invariant: Invariant; readonly detail: string };
