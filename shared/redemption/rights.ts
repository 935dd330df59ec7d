import { assert } from '../kernel/assert.ts';
import { err, ok, type Result } from '../kernel/result.ts';

/**
 * The rights of one offer that one holder has: a ledger's lease, or the pool of the centre. Every right is in exactly
 * one place; moves keep the sum, and only `grant` changes it.
 */
export type Rights = {
  /** Every right ever put here. */
  readonly total: number;
  /** Free to be spent. */
  readonly leased: number;
  /** Held for an open basket. */
  readonly reserved: number;
  readonly spent: number;
  /** Given up for good, because nobody can say whether they were spent. */
  readonly burned: number;
  /** Given back to the pool, signed. */
  readonly returned: number;
};

export type RightsMove =
  /** A basket holds a right. */
  | 'hold'
  /** The hold ends without a redemption. */
  | 'let_go'
  /** A held right becomes a redemption. */
  | 'spend_held'
  /** A right becomes a redemption without a hold before. */
  | 'spend'
  /** A void: the right is free again where it was spent. */
  | 'give_back'
  | 'burn'
  | 'return'
  /** A late redemption of a burned lease: it was spent after all. */
  | 'spend_burned';

type Place = Exclude<keyof Rights, 'total'>;

const moves: Readonly<Record<RightsMove, readonly [from: Place, to: Place]>> = {
  hold: ['leased', 'reserved'],
  let_go: ['reserved', 'leased'],
  spend_held: ['reserved', 'spent'],
  spend: ['leased', 'spent'],
  give_back: ['spent', 'leased'],
  burn: ['leased', 'burned'],
  return: ['leased', 'returned'],
  spend_burned: ['burned', 'spent'],
};

export const NO_RIGHTS: Rights = { total: 0, leased: 0, reserved: 0, spent: 0, burned: 0, returned: 0 };

/** Refused when the place that the rights leave does not hold so many. */
export function moveRights(rights: Rights, move: RightsMove, count = 1): Result<Rights, 'exhausted'> {
  assert(Number.isSafeInteger(count) && count >= 1, `not a number of rights: ${count}`);
  const [from, to] = moves[move];
  if (rights[from] < count) return err('exhausted');
  return ok({ ...rights, [from]: rights[from] - count, [to]: rights[to] + count });
}

/**
 * Rights come in. `total` counts all that were ever granted here, so that hearing of a grant twice, or late, adds
 * nothing.
 */
export function grantRights(rights: Rights, total: number): Rights {
  assert(Number.isSafeInteger(total) && total >= 0, `not a number of rights: ${total}`);
  const more = total - rights.total;
  if (more <= 0) return rights;
  return { ...rights, total, leased: rights.leased + more };
}

/** Whether each right is in exactly one place. */
export function rightsAddUp(rights: Rights): boolean {
  const places = [rights.leased, rights.reserved, rights.spent, rights.burned, rights.returned];
  return (
    places.every((count) => Number.isSafeInteger(count) && count >= 0) &&
    places.reduce((sum, count) => sum + count, 0) === rights.total
  );
}
