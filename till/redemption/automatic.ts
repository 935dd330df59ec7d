import type { Tx } from '../../db/store.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { statusOf } from '../offers/offer-row.ts';
import { termsOf } from '../offers/terms.ts';
import type { FoundCoupon } from './find-coupon.ts';

/** More automatic offers than a location has at once; the newest are judged. */
const MAX_AUTOMATIC = 1_000;

/**
 * Offers that apply without a code. Each has one coupon that nobody can type, with the offer's own id, so that a use of
 * it is held, counted, voided and refunded like any other.
 */
export function automaticCoupons(tx: Tx): FoundCoupon[] {
  return tx.read.offers.automatic(MAX_AUTOMATIC).map((offerRow) => {
    const { id, createdAt } = offerRow;
    if (!tx.read.coupons.byId(id)) {
      const code = { id, code: `@${id}`, offerId: id, batchId: null, serial: 1, maxUses: null } as const;
      tx.write.coupons.insert({ ...code, home: 'here', issuedAt: createdAt });
    }
    const coupon = tx.read.coupons.byId(id);
    assert(coupon, 'it was just written');
    return { coupon, display: '', offerRow, offer: { ...termsOf(offerRow), status: statusOf(offerRow) } };
  });
}
