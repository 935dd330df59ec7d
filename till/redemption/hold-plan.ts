import type { EventStamp, Tx } from '../../db/store.ts';
import type { Basket } from '../../shared/engine/basket.ts';
import type { AcceptedDecision } from '../../shared/engine/types.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { decideUse } from '../../shared/redemption/use.ts';
import type { AcceptedCoupon, CheckedBasket, Shares } from './checked-basket.ts';
import { type Circumstances, isLimited } from './gather-facts.ts';
import { endHold, HOLD_MS } from './holds.ts';
import type { Accepted, Verdict } from './judge.ts';
import { loadUse, moveRight } from './use-state.ts';

/** What a basket will commit, and the verdict that says so. */
export type PlannedCoupon = { readonly coupon: AcceptedCoupon; readonly verdict: Accepted };

/** Names a hold for every use that is limited in any way; those that the basket holds already keep theirs. */
export function planCoupons(
  tx: Tx,
  verdicts: readonly Verdict[],
  basket: Basket,
  basketId: string,
  newId: () => string,
): PlannedCoupon[] {
  const held = new Map(tx.read.redemptions.heldByBasket(basketId).map((hold) => [hold.couponId, hold.id]));
  return verdicts.flatMap((verdict) => {
    if (verdict.status !== 'accepted') return [];
    const { coupon, offer, display } = verdict.found;
    const mustHold = coupon.maxUses !== null || isLimited(offer);
    return {
      verdict,
      coupon: {
        couponId: coupon.id,
        code: display,
        offerId: offer.id,
        offerVersion: offer.version,
        offerName: offer.name,
        discountMinor: verdict.decision.discountMinor,
        shares: sharesOf(verdict.decision, basket),
        ...(mustHold ? { reservationId: held.get(coupon.id) ?? newId() } : {}),
        atRisk: verdict.atRisk,
      },
    };
  });
}

function sharesOf(decision: AcceptedDecision, basket: Basket): Shares {
  const skus = new Map(basket.lines.map((line) => [line.id, line.sku]));
  return {
    lines: decision.lines.map(({ lineId, units }) => ({ id: lineId, sku: skus.get(lineId) ?? '', units })),
    shipping: decision.shipping.map(({ shippingId, amountMinor }) => ({ id: shippingId, amountMinor })),
  };
}

/** Lets go of what was taken off, holds what is new, and keeps the basket for its confirmation. */
export function carryOutPlan(
  tx: Tx,
  planned: readonly PlannedCoupon[],
  checked: CheckedBasket,
  about: Circumstances,
  customerId: string | null,
  stamp: EventStamp,
): CheckedBasket {
  const { basketId } = checked;
  const wanted = new Set(planned.flatMap(({ coupon }) => coupon.reservationId ?? []));
  for (const hold of tx.read.redemptions.heldByBasket(basketId)) {
    if (!wanted.has(hold.id)) endHold(tx, hold, 'replaced', stamp);
  }
  if (wanted.size === 0) {
    if (tx.read.redemptions.basket(basketId)) tx.write.redemptions.removeOpenBasket(basketId);
    return checked;
  }
  const { subtotalMinor, discountMinor, payableMinor, currency } = checked.result;
  const ends = planned.flatMap((one) => {
    const { reservationId } = one.coupon;
    return reservationId === undefined ? [] : hold(tx, one, reservationId, about, customerId, stamp);
  });
  const whole = { ...checked, result: { ...checked.result, reservedUntil: Math.min(...ends) } };
  tx.write.redemptions.putBasket({
    id: basketId,
    status: 'open',
    checked: JSON.stringify(whole),
    currency,
    subtotalMinor,
    discountMinor,
    payableMinor,
    at: about.now,
    sale: null,
    firstSeq: null,
    lastSeq: null,
  });
  return whole;
}

/** @returns until when the use is held */
function hold(
  tx: Tx,
  { coupon, verdict }: PlannedCoupon,
  reservationId: string,
  about: Circumstances,
  customerId: string | null,
  stamp: EventStamp,
): number {
  const { found, atRisk } = verdict;
  const needsRight = found.offer.limits.total !== undefined;
  const { state, reservation, lease } = loadUse(tx.read, found.coupon, about.basketId, needsRight);
  // A hold gets a later end only when half of its time is over: most checks of an open basket write no event.
  const isFresh = reservation !== undefined && reservation.expiresAt - about.now > HOLD_MS / 2;
  const expiresAt = isFresh ? reservation.expiresAt : about.now + HOLD_MS;
  const decided = decideUse(state, { type: 'reserve', now: about.now, expiresAt, atRisk });
  assert(decided.ok, 'what cannot be held was refused before');
  const withRight = decided.value.some((event) => event.type === 'reserved' && event.right !== undefined);
  if (withRight) {
    assert(lease, 'a right is in a lease');
    moveRight(tx, lease.id, 'hold');
  }
  const { couponId, offerId, discountMinor } = coupon;
  const { basketId, businessDay, operatorId } = about;
  tx.write.redemptions.hold({
    id: reservationId,
    basketId,
    couponId,
    offerId,
    expiresAt,
    leaseId: reservation?.leaseId ?? (withRight && lease ? lease.id : null),
    customerId,
    operatorId,
    businessDay,
    discountMinor,
  });
  if (decided.value.length > 0) {
    tx.append('redemption.reserved', { reservationId, basketId, couponId, offerId, expiresAt }, stamp);
  }
  return expiresAt;
}
