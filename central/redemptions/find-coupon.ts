import { eq, inArray } from 'drizzle-orm';
import { normaliseCode } from '../../shared/codes/normalise-code.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome } from '../centre.ts';
import type { EscrowRow, OfferRow } from '../offers/offers.ts';
import type { Db } from '../store/db.ts';
import { coupons, escrows, offers } from '../store/schema.ts';

export type CouponRow = typeof coupons.$inferSelect;

export type FoundCoupon = {
  readonly coupon: CouponRow;
  readonly offer: OfferRow;
  readonly escrow: EscrowRow | undefined;
};

/**
 * The coupon of an entered code. A code for everywhere comes before one that a location made for itself, of several
 * the caller's own location before others.
 */
export async function findCoupon(
  db: Db,
  entered: string,
  locationId: string | undefined,
): Promise<Outcome<FoundCoupon>> {
  const reading = normaliseCode(entered);
  if (!reading.ok) return err(refusal(reading.error));
  const { candidates, ifUnknown } = reading.value;
  const rows = await db
    .select({ coupon: coupons, offer: offers, escrow: escrows })
    .from(coupons)
    .innerJoin(offers, eq(offers.id, coupons.offerId))
    .leftJoin(escrows, eq(escrows.offerId, coupons.offerId))
    .where(inArray(coupons.code, candidates))
    .limit(MAX_SCOPES);
  const rank = (row: (typeof rows)[number]) => {
    const scope = row.coupon.locationId;
    const nearness = scope === null ? 0 : scope === locationId ? 1 : 2;
    return candidates.indexOf(row.coupon.code) * 3 + nearness;
  };
  const [best] = rows.sort((a, b) => rank(a) - rank(b));
  if (best === undefined) return err(refusal(ifUnknown));
  // Its one right sits in that location's ledger, which may be spending it right now without a network.
  if (best.coupon.locationId !== null && best.coupon.maxUses !== null)
    return err(refusal('home_unreachable'));
  return ok({ coupon: best.coupon, offer: best.offer, escrow: best.escrow ?? undefined });
}

/** One code text may exist once per location besides once for all; more are not looked at. */
const MAX_SCOPES = 200;
