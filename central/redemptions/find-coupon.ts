import { eq, sql } from 'drizzle-orm';
import { normaliseCode } from '../../shared/codes/normalise-code.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { freeUses } from '../../shared/redemption/code-uses.ts';
import type { Outcome } from '../centre.ts';
import type { EscrowRow, OfferRow } from '../offers/offers.ts';
import { anyOf } from '../store/any-of.ts';
import type { Db } from '../store/db.ts';
import { prepared } from '../store/named.ts';
import { batches, coupons, escrows, offers } from '../store/schema.ts';

export type CouponRow = typeof coupons.$inferSelect;

export type FoundOffer = { readonly offer: OfferRow; readonly escrow: EscrowRow | undefined };

export type FoundCoupon = FoundOffer & { readonly coupon: CouponRow };

/**
 * The coupon of an entered code. Two locations may each have made a code WELCOME10: one that is for everywhere comes
 * first, then the one of the caller's location. Without a location it is taken where only one made it; where several
 * did, the caller is asked for the location, since any choice would be a guess about money.
 */
export async function locateCoupon(
  db: Db,
  entered: string,
  locationId: string | undefined,
): Promise<Outcome<FoundCoupon>> {
  const reading = normaliseCode(entered);
  if (!reading.ok) return err(refusal(reading.error));
  const { candidates, ifUnknown } = reading.value;
  const find = prepared(db, `find_coupon_${candidates.length}`, (on, name) =>
    prepareFind(on, name, candidates.length),
  );
  const readings = Object.fromEntries(candidates.map((code, i) => [`code${i}`, code]));
  const [best, next] = await find.execute({ ...readings, location: locationId ?? null });
  if (best === undefined) return err(refusal(ifUnknown));
  const { coupon, offer } = best;
  if (coupon.locationId !== null && coupon.locationId !== locationId) {
    if (next?.coupon.code === coupon.code)
      return err(refusal(locationId === undefined ? 'location_required' : 'wrong_location'));
  }
  // An offer that a location made is given there alone, until the centre widens it.
  if (locationId !== undefined && (offer.locationId ?? locationId) !== locationId)
    return err(refusal('wrong_location'));
  return ok({ coupon, offer, escrow: best.escrow ?? undefined });
}

/** The same, for whoever wants to spend it: its uses must be at home here. */
export async function findCoupon(
  db: Db,
  entered: string,
  locationId: string | undefined,
): Promise<Outcome<FoundCoupon>> {
  const found = await locateCoupon(db, entered, locationId);
  if (!found.ok) return found;
  const { coupon } = found.value;
  // A ledger has it, and may be spending it right now without a network.
  if (coupon.homeLedgerId !== null && freeUses({ ...coupon, held: coupon.reserved }) > 0)
    return err(refusal('home_unreachable'));
  return found;
}

/**
 * The two best by reading, then nearness: the second tells whether the first is the only one of its text. Readings are
 * named one by one: PostgreSQL plans a statement that takes an array anew each time.
 */
function prepareFind(db: Db, name: string, readings: number) {
  const codes = Array.from({ length: readings }, (_, i) => sql`${sql.placeholder(`code${i}`)}::text`);
  const ranks = codes.map((code, i) => sql`WHEN ${code} THEN ${sql.raw(String(i))}`);
  return (
    db
      .select({ coupon: coupons, offer: offers, escrow: escrows })
      .from(coupons)
      .innerJoin(offers, eq(offers.id, coupons.offerId))
      .leftJoin(escrows, eq(escrows.offerId, coupons.offerId))
      // Codes of a batch that is not complete are not valid yet.
      .where(
        sql`${coupons.code} IN (${sql.join(codes, sql`, `)}) AND NOT EXISTS (
        SELECT 1 FROM ${batches} WHERE ${batches.id} = ${coupons.batchId} AND ${batches.state} = 'making'
      )`,
      )
      .orderBy(
        sql`CASE ${coupons.code} ${sql.join(ranks, sql` `)} END`,
        sql`${coupons.locationId} IS NOT NULL`,
        sql`${coupons.locationId} IS DISTINCT FROM ${sql.placeholder('location')}::uuid`,
        coupons.locationId,
      )
      .limit(2)
      .prepare(name)
  );
}

/** Codes in the order of their ids, as everybody locks them; their escrows come before. */
export async function lockCoupons(tx: Db, ids: readonly string[]): Promise<CouponRow[]> {
  if (ids.length === 0) return [];
  return tx.select().from(coupons).where(anyOf(coupons.id, ids)).orderBy(coupons.id).for('update');
}
