import type { CouponRow } from '../../db/queries/coupons.ts';
import type { OfferRow } from '../../db/queries/offers.ts';
import type { Reads } from '../../db/store.ts';
import { foldLookalikes } from '../../shared/codes/alphabet.ts';
import { displayCode } from '../../shared/codes/display-code.ts';
import { normaliseCode } from '../../shared/codes/normalise-code.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { isVoid } from '../batches/is-void.ts';
import { statusOf } from '../offers/offer-row.ts';
import { termsOf } from '../offers/terms.ts';
import { findByToken } from '../tokens/tokens.ts';

export type FoundCoupon = {
  readonly coupon: CouponRow;
  /** As printed. */
  readonly display: string;
  readonly offerRow: OfferRow;
  /** With the status that holds here. */
  readonly offer: Offer;
};

/** What somebody typed or scanned, looked up in the ledger. */
export function findCoupon(read: Reads, entered: string, now: number): Result<FoundCoupon, Refusal> {
  const signed = findByToken(read, entered, now);
  if (signed) return signed.ok ? found(read, signed.value) : signed;
  const reading = normaliseCode(entered);
  if (!reading.ok) return err(refusal(reading.error));
  for (const coupon of possibleCoupons(read, reading.value.candidates)) {
    if (isCodeOfNobody(read, coupon)) continue;
    return found(read, coupon);
  }
  return err(refusal(reading.value.ifUnknown));
}

/** Its batch is not live yet; or no longer, and the code was not kept as a void one for what was redeemed with it. */
function isCodeOfNobody(read: Reads, { batchId, status }: CouponRow): boolean {
  return batchId !== null && status !== 'void' && read.batchJobs.isUnfinished(batchId);
}

function found(read: Reads, coupon: CouponRow): Result<FoundCoupon, never> {
  const offerRow = read.offers.byId(coupon.offerId);
  assert(offerRow, 'every coupon has an offer');
  return ok({
    coupon: isVoid(read, coupon) ? { ...coupon, status: 'void' } : coupon,
    display: displayCode(coupon.code),
    offerRow,
    offer: { ...termsOf(offerRow), status: statusOf(offerRow) },
  });
}

/** As it was entered first; last, the one code that looks the same where letters were taken for digits. */
function* possibleCoupons(read: Reads, candidates: readonly string[]): Generator<CouponRow> {
  for (const candidate of candidates) {
    const coupon = read.coupons.byCode(candidate);
    if (coupon) yield coupon;
  }
  for (const folded of new Set(candidates.map(foldLookalikes))) {
    const coupon = read.coupons.byFolded(folded);
    if (coupon) yield coupon;
  }
}
