import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { excessUses } from '../../shared/redemption/code-uses.ts';
import { decideUse, type UseCommand } from '../../shared/redemption/use.ts';
import { settleBudget } from '../budgets/budgets.ts';
import type { Centre, Outcome } from '../centre.ts';
import { moveRight } from '../escrow/escrow.ts';
import { lockEscrows } from '../escrow/held.ts';
import { settleOffer } from '../escrow/settle.ts';
import { announce } from '../feed/announce.ts';
import { closeOverRedemption } from '../incidents/incidents.ts';
import type { Db } from '../store/db.ts';
import { transactResult } from '../store/retry.ts';
import { coupons, redemptions, refunds, reservations, voidRequests } from '../store/schema.ts';
import { claimOf, lockHeld } from './commit.ts';
import { type CouponRow, lockCoupons } from './find-coupon.ts';
import { findRedemption } from './records.ts';
import type { RedemptionRow, ReservationRow } from './take-uses.ts';
import { escrowMoves, explainUse, stateOfRedemption, stateOfUse } from './use-state.ts';

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
    const decided = decideUse(stateOfUse(found, claimOf(reservation)), command);
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
    await settleBudget(tx, centre, reservation.offerId);
    return ok({ ...reservation, status });
  });
}

const MAX_EXPIRED_PER_SWEEP = 1_000;

/** Ends holds whose time is over. One that cannot be ended keeps no other from it. @returns how many were ended */
export async function expireReservations(centre: Centre, onFault: (error: unknown) => void): Promise<number> {
  const now = centre.ports.now();
  const over = await centre.db
    .select({ id: reservations.id })
    .from(reservations)
    .where(and(eq(reservations.status, 'reserved'), lte(reservations.expiresAt, now)))
    .orderBy(asc(reservations.expiresAt))
    .limit(MAX_EXPIRED_PER_SWEEP);
  let ended = 0;
  for (const { id } of over) {
    try {
      await endReservation(centre, id, { type: 'expire', now });
      ended += 1;
    } catch (error) {
      onFault(error);
    }
  }
  return ended;
}

/** `requestId`: of a caller who may ask again. */
export type VoidRequest = {
  readonly id: string;
  readonly reason: string;
  readonly requestId?: string | undefined;
};

/** Takes back a redemption: the use and its right return to where they came from. A retry gets the first answer. */
export function voidRedemption(
  centre: Centre,
  { id, reason, requestId }: VoidRequest,
): Promise<Outcome<RedemptionRow>> {
  return transactResult(centre.db, async (tx): Promise<Outcome<RedemptionRow>> => {
    const known = await findRedemption(tx, id);
    if (known === undefined) return err(refusal('redemption_unknown'));
    // The till would go on counting it: only its own void, which it reports, takes it back.
    if (known.ledgerId !== null) return err(refusal('conflict', { why: 'it is voided where it was sold' }));
    const locked = await lockUses(tx, [known]);
    const [row] = locked.rows;
    assert(row !== undefined, 'records are never deleted');
    if (row.status === 'voided') {
      const isRetry =
        row.voidReason === reason && requestId !== undefined && requestId === (await voidedBy(tx, id));
      return isRetry ? ok(row) : err(refusal('already_voided', { at: row.voidedAt ?? 0 }));
    }
    if (row.saleId !== null && (await hasReturns(tx, row.saleId)))
      return err(refusal('conflict', { why: 'goods of this sale came back: refund the rest' }));
    if (requestId !== undefined) await tx.insert(voidRequests).values({ redemptionId: id, requestId });
    return giveUseBack(tx, centre, locked, row, {
      status: 'voided',
      voidedAt: centre.ports.now(),
      voidReason: reason,
    });
  });
}

async function voidedBy(tx: Db, redemptionId: string): Promise<string | undefined> {
  const [request] = await tx.select().from(voidRequests).where(eq(voidRequests.redemptionId, redemptionId));
  return request?.requestId;
}

async function hasReturns(tx: Db, saleId: string): Promise<boolean> {
  const [refund] = await tx
    .select({ id: refunds.id })
    .from(refunds)
    .where(eq(refunds.saleId, saleId))
    .limit(1);
  return refund !== undefined;
}

/** Redemptions with what changes when their uses come back, all locked. */
export type LockedUses = {
  readonly rows: readonly RedemptionRow[];
  readonly coupons: ReadonlyMap<string, CouponRow>;
};

/** Rights before uses before records, each by id: the order in which everybody locks. */
export async function lockUses(tx: Db, known: readonly RedemptionRow[]): Promise<LockedUses> {
  await lockEscrows(tx, [...new Set(known.map((row) => row.offerId))].sort());
  const couponRows = await lockCoupons(tx, [...new Set(known.flatMap((row) => row.couponId ?? []))]);
  const rows = await tx
    .select()
    .from(redemptions)
    .where(
      inArray(
        redemptions.id,
        known.map((row) => row.id),
      ),
    )
    .orderBy(redemptions.id)
    .for('update');
  return { rows, coupons: new Map(couponRows.map((row) => [row.id, row])) };
}

/** The use of a redemption is free again, where it was spent. */
export async function giveUseBack(
  tx: Db,
  centre: Centre,
  locked: LockedUses,
  row: RedemptionRow,
  after: Partial<RedemptionRow> & { readonly status: 'voided' | 'refunded' },
): Promise<Outcome<RedemptionRow>> {
  const coupon = row.couponId === null ? undefined : locked.coupons.get(row.couponId);
  const decided = decideUse(stateOfRedemption(row, coupon), { type: 'void' });
  if (!decided.ok) return err(refusal(decided.error, { at: row.voidedAt ?? 0 }));
  const [event] = decided.value;
  assert(event?.type === 'voided', 'a redeemed use is given back');
  assert(row.leaseId === null, 'what the centre redeemed took no right of a lease');
  if (event.right !== undefined && row.paidBy === 'pool') {
    const [from, to] = escrowMoves[event.right];
    assert(await moveRight(tx, row.offerId, from, to), 'what was paid by the pool is spent');
  }
  await tx.update(redemptions).set(after).where(eq(redemptions.id, row.id));
  if (coupon !== undefined) {
    await tx
      .update(coupons)
      .set({ used: sql`greatest(${coupons.used} - 1, 0)` })
      .where(eq(coupons.id, coupon.id));
    if (coupon.maxUses !== null)
      await announce(tx, [{ kind: 'codeUse', ref: coupon.id, locationId: coupon.locationId }]);
  }
  const at = centre.ports.now();
  const closed = await closeOverRedemption(tx, { redemptionId: row.id }, at);
  const wasOver = coupon !== undefined && excessUses(coupon) > 0;
  // One of two uses of the same code is gone: the other one is no excess any more.
  if (wasOver && !closed) await closeOverRedemption(tx, { couponId: coupon.id }, at);
  await settleOffer(tx, centre, row.offerId);
  await settleBudget(tx, centre, row.offerId);
  return ok({ ...row, ...after });
}
