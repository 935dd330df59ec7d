import type { ReservationRow } from '../../db/queries/redemptions.ts';
import type { EventStamp, Tx } from '../../db/store.ts';
import { MINUTE_MS } from '../../shared/kernel/instant.ts';
import { moveRight } from './use-state.ts';

/** How long a scanned code of a limited offer is held for its basket. */
export const HOLD_MS = 10 * MINUTE_MS;

/** Holds ended in one transaction; more wait for the next. */
const MAX_ENDED_AT_ONCE = 1_000;

export type WhyReleased = 'released' | 'replaced' | 'expired';

/** Ends a hold: the right goes back to where it is free, and the event says why. */
export function endHold(tx: Tx, hold: ReservationRow, why: WhyReleased, stamp: EventStamp): void {
  tx.write.redemptions.letGo(hold);
  if (hold.leaseId !== null) moveRight(tx, hold.leaseId, 'let_go');
  const { id: reservationId, couponId, offerId } = hold;
  tx.append('redemption.released', { reservationId, couponId, offerId, why }, stamp);
}

/** Its codes are withdrawn: no basket holds one any more. */
export function endHoldsOfBatch(tx: Tx, batchId: string, stamp: EventStamp): void {
  for (const hold of tx.read.redemptions.allHeld()) {
    if (tx.read.coupons.byId(hold.couponId)?.batchId === batchId) endIn(tx, hold, 'released', stamp);
  }
}

/** Holds that end later than any hold made now would: a clock that was given up gave them their end. */
export function endHoldsOfAnotherClock(tx: Tx, stamp: EventStamp): void {
  for (const hold of tx.read.redemptions.allHeld()) {
    if (hold.expiresAt > stamp.at + HOLD_MS) endIn(tx, hold, 'expired', stamp);
  }
}

/** Ends a hold; a basket that holds nothing any more leaves the ledger. */
function endIn(tx: Tx, hold: ReservationRow, why: WhyReleased, stamp: EventStamp): void {
  endHold(tx, hold, why, stamp);
  if (tx.read.redemptions.heldByBasket(hold.basketId).length === 0) {
    tx.write.redemptions.removeOpenBasket(hold.basketId);
  }
}

/**
 * Ends every hold whose time is over, before anybody is judged by what is held; a basket that holds nothing any more
 * leaves the ledger. @returns how many holds
 */
export function endExpiredHolds(tx: Tx, stamp: EventStamp): number {
  const expired = tx.read.redemptions.expired(stamp.at, MAX_ENDED_AT_ONCE);
  for (const hold of expired) {
    endIn(tx, hold, 'expired', stamp);
  }
  return expired.length;
}
