import type { Reads, Tx } from '../../db/store.ts';
import type { Change } from '../../shared/contracts/sync.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { grantRights, moveRights, NO_RIGHTS } from '../../shared/redemption/rights.ts';
import type { Services } from '../services.ts';

/**
 * Money that this ledger may give away by offers with a budget, leased in minor units. Open baskets hold nothing of a
 * lease: what they hold is counted (`heldMinor`), and the money leaves in the transaction of the redemption.
 */

/** An offer of this location: its whole budget begins here, in a lease that bears the offer's id. */
export function beginBudget(tx: Tx, services: Services, { id, limits }: Offer): void {
  if (limits.budgetMinor === undefined) return;
  const incarnation = services.store.identity()?.incarnation ?? 1;
  const money = grantRights(NO_RIGHTS, limits.budgetMinor);
  tx.write.budgets.insert({ id, offerId: id, incarnation, ...money });
}

export type BudgetHere = {
  /** Not given away, not held by a basket. */
  readonly freeMinor: number;
  /** The whole budget is with this ledger: what is not free was given away here. */
  readonly isWhole: boolean;
};

/** @param basketId holds of others count */
export function budgetHere(read: Reads, { id, limits }: Offer, basketId: string): BudgetHere | undefined {
  const { budgetMinor } = limits;
  if (budgetMinor === undefined) return undefined;
  const leases = read.budgets.ofOffer(id);
  const sum = leases.reduce((all, lease) => all + lease.leased, 0);
  const kept = leases.reduce((all, lease) => all + lease.total - lease.returned - lease.burned, 0);
  return { freeMinor: Math.max(0, sum - heldMinor(read, id, basketId)), isWhole: kept >= budgetMinor };
}

function heldMinor(read: Reads, offerId: string, basketId: string): number {
  return read.redemptions.heldOnOffer(offerId, basketId).reduce((sum, hold) => sum + hold.discountMinor, 0);
}

/** Takes the discount from a lease. @returns the lease; undefined: none has so much */
export function spendBudget(
  tx: Tx,
  services: Services,
  offerId: string,
  amountMinor: number,
): string | undefined {
  const incarnation = services.store.identity()?.incarnation;
  const lease = tx.read.budgets
    .ofOffer(offerId)
    .find((one) => one.incarnation === incarnation && one.leased >= amountMinor);
  if (!lease || services.faults.rightsSuspended()) return undefined;
  move(tx, lease.id, 'spend', amountMinor);
  return lease.id;
}

/**
 * The money is back where it was taken, and burned where that lease is over: all of it by a void, the part on what came
 * back by a refund. A redemption is voided or refunded, never both.
 */
export function unspendBudget(
  tx: Tx,
  services: Services,
  redemptionSeq: number,
  returnedMinor?: number,
): void {
  const spend = tx.read.budgets.spendOf(redemptionSeq);
  const amountMinor = returnedMinor ?? spend?.amountMinor ?? 0;
  if (!spend || amountMinor === 0) return;
  move(tx, spend.leaseId, 'give_back', amountMinor);
  const lease = tx.read.budgets.byId(spend.leaseId);
  if (lease?.incarnation !== services.store.identity()?.incarnation)
    move(tx, spend.leaseId, 'burn', amountMinor);
}

/** The ledger goes on as another incarnation: what it had may have been given away by another copy. */
export function burnBudgets(tx: Tx): void {
  for (const { id, leased } of tx.read.budgets.all()) if (leased > 0) move(tx, id, 'burn', leased);
}

function move(tx: Tx, leaseId: string, how: Parameters<typeof moveRights>[1], amountMinor: number): void {
  const lease = tx.read.budgets.byId(leaseId);
  assert(lease, 'money is in a lease');
  const moved = moveRights(lease, how, amountMinor);
  assert(moved.ok, `the decision allowed ${how}`);
  tx.write.budgets.setPlaces(leaseId, moved.value);
}

/** Holds of every basket count. */
const NO_BASKET = '00000000-0000-0000-0000-000000000000';

/** Takes a grant of the centre, and gives back what others need; said twice it changes nothing. */
export function applyBudget(tx: Tx, services: Services, change: Extract<Change, { kind: 'budget' }>): void {
  const { leaseId, offerId, incarnation, totalMinor, keepMinor } = change;
  if (incarnation !== services.store.identity()?.incarnation || !tx.read.offers.byId(offerId)) return;
  // Whatever its number: a centre that was restored gives it another one, and the total counts the same money.
  const lease = tx.read.budgets.ofOffer(offerId).find((one) => one.incarnation === incarnation);
  const before = lease ?? NO_RIGHTS;
  const after = grantRights(before, totalMinor);
  const id = lease?.id ?? leaseId;
  if (after !== before) {
    if (lease) tx.write.budgets.setPlaces(id, after);
    else tx.write.budgets.insert({ id, offerId, incarnation, ...after });
    tx.append('budget.received', { leaseId: id, offerId, totalMinor: after.total }, services.stamp());
  }
  const free = (tx.read.budgets.byId(id)?.leased ?? 0) - heldMinor(tx.read, offerId, NO_BASKET);
  const amountMinor = keepMinor === undefined ? 0 : free - keepMinor;
  if (amountMinor <= 0) return;
  move(tx, id, 'return', amountMinor);
  tx.append('budget.returned', { leaseId: id, offerId, amountMinor }, services.stamp());
}
