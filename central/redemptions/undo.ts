import { and, asc, eq, lte, sql } from 'drizzle-orm';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { decideUse, type UseCommand } from '../../shared/redemption/use.ts';
import type { Centre, Outcome } from '../centre.ts';
import { moveRight } from '../escrow/escrow.ts';
import { giveBackLeased } from '../escrow/leases.ts';
import { settleOffer } from '../escrow/settle.ts';
import { announce } from '../feed/announce.ts';
import { closeOverRedemption } from '../incidents/incidents.ts';
import type { Db } from '../store/db.ts';
import { transactResult } from '../store/retry.ts';
import { coupons, escrows, redemptions, reservations } from '../store/schema.ts';
import { lockHeld } from './redeem.ts';
import type { RedemptionRow, ReservationRow } from './take-use.ts';
import { escrowMoves, explainUse, stateOfUse } from './use-state.ts';

/** Lets go of a held use. Releasing what is gone already is no error. */
export function releaseReservation(centre: Centre, id: string): Promise<Outcome<ReservationRow>> {
  return endReservation(centre, id, { type: 'release', why: 'released' });
}

async function endReservation(
  centre: Centre,
  id: string,
  command: Extract<UseCommand, { type: 'release' | 'expire' }>,
): Promise<Outcome<ReservationRow>> {
  return transactResult(centre.db, async (tx): Promise<Outcome<ReservationRow>> => {
    const held = await lockHeld(tx, id);
    if (held === undefined) return err(refusal('reservation_unknown'));
    const { reservation, found } = held;
    if (reservation.status === 'redeemed') return err(refusal('basket_completed'));
    if (reservation.status !== 'reserved') return ok(reservation);
    const decided = decideUse(
      stateOfUse(found, {
        status: 'reserved',
        expiresAt: reservation.expiresAt,
        withRight: reservation.tookRight,
      }),
      command,
    );
    if (!decided.ok) return err(explainUse(found, decided.error));
    const [event] = decided.value;
    if (event === undefined) return ok(reservation);
    assert(event.type === 'released', 'a hold ends by release or expiry');
    if (event.right !== undefined) {
      const [from, to] = escrowMoves[event.right];
      const moved = await moveRight(tx, reservation.offerId, from, to);
      assert(moved, 'a hold kept its right');
    }
    await tx
      .update(coupons)
      .set({ reserved: sql`${coupons.reserved} - 1` })
      .where(eq(coupons.id, reservation.couponId));
    const status = event.why === 'expired' ? 'expired' : 'released';
    await tx.update(reservations).set({ status }).where(eq(reservations.id, id));
    if (event.right !== undefined) await settleOffer(tx, centre, reservation.offerId);
    return ok({ ...reservation, status });
  });
}

const MAX_EXPIRED_PER_SWEEP = 1_000;

/** Ends holds whose time is over. @returns how many */
export async function expireReservations(centre: Centre): Promise<number> {
  const now = centre.ports.now();
  const over = await centre.db
    .select({ id: reservations.id })
    .from(reservations)
    .where(and(eq(reservations.status, 'reserved'), lte(reservations.expiresAt, now)))
    .orderBy(asc(reservations.expiresAt))
    .limit(MAX_EXPIRED_PER_SWEEP);
  for (const { id } of over) await endReservation(centre, id, { type: 'expire', now });
  return over.length;
}

/** Takes back a redemption: the use and its right return to where they came from. */
export function voidRedemption(centre: Centre, id: string, reason: string): Promise<Outcome<RedemptionRow>> {
  return transactResult(centre.db, (tx) => undo(tx, centre, id, { at: centre.ports.now(), reason }));
}

async function undo(
  tx: Db,
  centre: Centre,
  id: string,
  how: { readonly at: number; readonly reason: string },
): Promise<Outcome<RedemptionRow>> {
  const [known] = await tx.select().from(redemptions).where(eq(redemptions.id, id));
  if (known === undefined) return err(refusal('redemption_unknown'));
  // Rights before uses before records: the order in which everybody locks.
  await tx.select().from(escrows).where(eq(escrows.offerId, known.offerId)).for('update');
  const [coupon] = await tx.select().from(coupons).where(eq(coupons.id, known.couponId)).for('update');
  const [row] = await tx.select().from(redemptions).where(eq(redemptions.id, id)).for('update');
  assert(row !== undefined, 'records are never deleted');
  if (row.status === 'voided') return err(refusal('already_voided', { at: row.voidedAt ?? 0 }));

  if (row.paidBy === 'pool') {
    const moved = await moveRight(tx, row.offerId, 'spent', 'pool');
    assert(moved, 'what was paid by the pool is spent');
  } else if (row.paidBy === 'lease' && row.leaseId !== null) {
    await giveBackLeased(tx, centre, row.leaseId);
  }
  const voided = { status: 'voided', voidedAt: how.at, voidReason: how.reason } as const;
  await tx.update(redemptions).set(voided).where(eq(redemptions.id, id));
  if (coupon !== undefined) {
    await tx
      .update(coupons)
      .set({ used: sql`greatest(${coupons.used} - 1, 0)` })
      .where(eq(coupons.id, row.couponId));
    if (coupon.maxUses !== null)
      await announce(tx, [{ kind: 'codeUse', ref: coupon.id, locationId: coupon.locationId }]);
  }
  const closed = await closeOverRedemption(tx, { redemptionId: id }, how.at);
  const wasOver = coupon !== undefined && coupon.maxUses !== null && coupon.used > coupon.maxUses;
  // One of two uses of the same code is gone: the other one is no excess any more.
  if (wasOver && !closed) await closeOverRedemption(tx, { couponId: row.couponId }, how.at);
  await settleOffer(tx, centre, row.offerId);
  return ok({ ...row, ...voided });
}
