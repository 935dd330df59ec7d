import { eq, sql } from 'drizzle-orm';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { unspentUses } from '../../shared/redemption/code-uses.ts';
import { type Claim, decideUse } from '../../shared/redemption/use.ts';
import type { Centre, Outcome } from '../centre.ts';
import { moveRight } from '../escrow/escrow.ts';
import { isSaleFrozen } from '../escrow/frozen.ts';
import { announce } from '../feed/announce.ts';
import type { Db } from '../store/db.ts';
import { transactResult } from '../store/retry.ts';
import {
  coupons,
  escrows,
  offers,
  redemptions,
  reservations,
  type SaleTerms,
  sales,
} from '../store/schema.ts';
import type { CouponRow, FoundCoupon } from './find-coupon.ts';
import { openOverRedemption } from './over-redemption.ts';
import { findRedemption, findReservation } from './records.ts';
import { whereOf } from './redeem.ts';
import type { RedemptionRow, ReservationRow } from './take-uses.ts';
import { escrowMoves, explainUse, stateOfUse } from './use-state.ts';

/** A held use becomes a redemption of the same id. Committing twice gives the first answer. */
export async function commitReservation(centre: Centre, id: string): Promise<Outcome<RedemptionRow>> {
  return transactResult(centre.db, async (tx): Promise<Outcome<RedemptionRow>> => {
    const held = await lockHeld(tx, id);
    if (held === undefined) return err(refusal('reservation_unknown'));
    const { reservation, found } = held;
    // Committed by this, or given again as an order while a restored centre took it for held: that hold runs out.
    const before = await findRedemption(tx, id);
    if (before !== undefined) return ok(before);
    assert(reservation.status !== 'redeemed', 'a redeemed reservation has its redemption');
    if (await isSaleFrozen(tx, centre, found)) return err(refusal('centre_recovering'));
    if (reservation.status !== 'reserved') return err(refusal('reservation_expired'));
    const now = centre.ports.now();
    const decided = decideUse(stateOfUse(found, claimOf(reservation)), { type: 'redeem', now });
    if (!decided.ok) return err(explainUse(found, decided.error));
    const [event] = decided.value;
    assert(event?.type === 'redeemed', 'a held use is redeemed');
    const row: RedemptionRow = {
      id,
      offerId: reservation.offerId,
      offerVersion: reservation.offerVersion,
      couponId: reservation.couponId,
      basketId: reservation.basketId,
      channel: reservation.channel,
      locationId: reservation.locationId,
      ledgerId: null,
      incarnation: null,
      currency: reservation.currency,
      subtotalMinor: reservation.subtotalMinor,
      discountMinor: reservation.discountMinor,
      shares: reservation.shares,
      customer: reservation.customer,
      leaseId: null,
      atRisk: false,
      paidBy: reservation.tookRight ? 'pool' : 'unlimited',
      status: 'redeemed',
      redeemedAt: now,
      voidedAt: null,
      voidReason: null,
      receivedAt: now,
      saleId: reservation.sale === null ? null : id,
      returnedMinor: 0,
    };
    await tx.update(reservations).set({ status: 'redeemed' }).where(eq(reservations.id, id));
    if (event.right !== undefined) {
      const [from, to] = escrowMoves[event.right];
      assert(await moveRight(tx, row.offerId, from, to), 'a hold kept its right');
    }
    await writeCommitted(tx, found.coupon, row, reservation.sale);
    // A till spent the last use without a network while this one was held: both sales stand, and one is the excess.
    if (unspentUses(found.coupon) === 0)
      await openOverRedemption(tx, centre, { row, costMinor: row.discountMinor });
    return ok(row);
  });
}

async function writeCommitted(
  tx: Db,
  coupon: CouponRow,
  row: RedemptionRow,
  sale: SaleTerms | null,
): Promise<void> {
  await tx
    .update(coupons)
    .set({
      used: sql`${coupons.used} + 1`,
      reserved: sql`${coupons.reserved} - 1`,
      lastUsedAt: row.redeemedAt,
      lastUsedWhere: whereOf({ channel: row.channel, locationId: row.locationId ?? undefined }),
    })
    .where(eq(coupons.id, coupon.id));
  await tx.insert(redemptions).values(row);
  if (sale !== null) {
    const { id, basketId, channel, locationId, currency } = row;
    await tx
      .insert(sales)
      .values({ id, basketId, channel, locationId, currency, ...sale, madeAt: row.redeemedAt });
  }
  if (coupon.maxUses !== null)
    await announce(tx, [{ kind: 'codeUse', ref: coupon.id, locationId: coupon.locationId }]);
}

export function claimOf(reservation: ReservationRow): Claim {
  return { status: 'reserved', expiresAt: reservation.expiresAt, withRight: reservation.tookRight };
}

/** Reservation first, then rights, then the use: the order in which everybody locks. */
export async function lockHeld(
  tx: Db,
  id: string,
): Promise<{ reservation: ReservationRow; found: FoundCoupon } | undefined> {
  const reservation = await findReservation(tx, id, true);
  if (reservation === undefined) return undefined;
  const [escrow] = await tx
    .select()
    .from(escrows)
    .where(eq(escrows.offerId, reservation.offerId))
    .for('update');
  const [coupon] = await tx.select().from(coupons).where(eq(coupons.id, reservation.couponId)).for('update');
  const [offer] = await tx.select().from(offers).where(eq(offers.id, reservation.offerId));
  assert(coupon !== undefined && offer !== undefined, 'a reservation names an offer and a coupon');
  return { reservation, found: { coupon, offer, escrow } };
}
