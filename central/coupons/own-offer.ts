import { refusal } from '../../shared/contracts/refusal.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Centre, newId, type Outcome } from '../centre.ts';
import { addOffer, changeOffer, findOffer } from '../offers/offers.ts';
import type { Db } from '../store/db.ts';
import { addCoupon, type CouponRow, changeCoupon, findCouponById, newCouponId } from './coupons.ts';
import { type CouponTerms, draftOf } from './terms.ts';

/** A coupon with an offer of its own. */
export async function createCouponWithOffer(
  tx: Db,
  centre: Centre,
  terms: CouponTerms,
  code: string | undefined,
): Promise<Outcome<CouponRow>> {
  const draft = draftOf(centre, terms, code ?? 'Coupon');
  if (!draft.ok) return draft;
  const couponId = newCouponId(centre);
  const offer: Offer = { ...draft.value, id: newId(centre.ports), version: 1, status: 'active' };
  const row = await addOffer(tx, centre, offer, { ownCouponId: couponId });
  return addCoupon(tx, centre, row, { id: couponId, code });
}

/** A further code of an offer that exists. */
export async function createCouponOfOffer(
  tx: Db,
  centre: Centre,
  offerId: string,
  input: { readonly code?: string | undefined; readonly maxUses?: number | undefined },
): Promise<Outcome<CouponRow>> {
  const offer = await findOffer(tx, offerId);
  if (offer === undefined) return err(refusal('not_found', { what: 'offer' }, 'offer_id'));
  if (offer.row.status === 'archived') return err(refusal('archived'));
  return addCoupon(tx, centre, offer.row, input);
}

/** New terms for a coupon that has an offer of its own. The terms of others are shared: they are changed there. */
export async function replaceTerms(
  tx: Db,
  centre: Centre,
  couponId: string,
  expected: number | undefined,
  terms: CouponTerms,
): Promise<Outcome<CouponRow>> {
  const state = await findCouponById(tx, couponId);
  if (state === undefined) return err(refusal('not_found', { what: 'coupon' }));
  const { offer, coupon } = state;
  if (offer.ownCouponId !== couponId)
    return err(refusal('conflict', { why: 'the terms are those of a shared offer', offerId: offer.id }));
  if (coupon.status !== 'live') return err(refusal('archived'));
  const draft = draftOf(centre, terms, coupon.code);
  if (!draft.ok) return draft;
  const changed = await changeCoupon(tx, centre, couponId, expected, () => ({}));
  if (!changed.ok) return changed;
  const next = await changeOffer(tx, centre, offer.id, undefined, (old) => ({
    ...draft.value,
    id: old.id,
    version: old.version,
    status: old.status,
  }));
  return next.ok ? changed : next;
}

/** DELETE archives: nothing that happened is forgotten. Archiving twice is no error. */
export async function archiveCoupon(tx: Db, centre: Centre, couponId: string): Promise<Outcome<CouponRow>> {
  const state = await findCouponById(tx, couponId);
  if (state === undefined) return err(refusal('not_found', { what: 'coupon' }));
  if (state.coupon.status === 'archived') return ok(state.coupon);
  const archived = await changeCoupon(tx, centre, couponId, undefined, () => ({ status: 'archived' }));
  if (!archived.ok || state.offer.ownCouponId !== couponId) return archived;
  const offer = await changeOffer(tx, centre, state.offer.id, undefined, (terms) => ({
    ...terms,
    status: 'archived',
  }));
  return offer.ok ? archived : offer;
}
