/** How often a code may be used and was, as its row says it: of a code without a limit of its own `maxUses` is absent. */
export type CodeUses = {
  readonly maxUses?: number | null | undefined;
  /** Redeemed and not given back, wherever that happened. */
  readonly used: number;
  /** Held by baskets that are not paid yet. */
  readonly held: number;
};

/**
 * Uses that nobody has spent, held ones included: what may be committed or moved, and whether a use that happened was
 * within the limit. A hold that was overtaken by a sale elsewhere finds none left. Infinity without a limit.
 */
export function unspentUses({ maxUses, used }: Pick<CodeUses, 'maxUses' | 'used'>): number {
  return maxUses === null || maxUses === undefined ? Number.POSITIVE_INFINITY : Math.max(0, maxUses - used);
}

/** Uses for whoever holds none yet. Infinity without a limit. */
export function freeUses(code: CodeUses): number {
  return Math.max(0, unspentUses(code) - code.held);
}

/** Uses that happened past the limit: each of them is one open incident. */
export function excessUses({ maxUses, used }: Pick<CodeUses, 'maxUses' | 'used'>): number {
  return maxUses === null || maxUses === undefined ? 0 : Math.max(0, used - maxUses);
}
