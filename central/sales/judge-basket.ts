import { and, asc, eq, isNull, or, sql } from 'drizzle-orm';
import { refusal } from '../../shared/contracts/refusal.ts';
import { evaluate } from '../../shared/engine/evaluate.ts';
import type { AcceptedDecision, Basket, Decision, Totals } from '../../shared/engine/types.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Centre, Outcome } from '../centre.ts';
import { isSaleFrozen } from '../escrow/frozen.ts';
import { overCustomerCap } from '../redemptions/customer-cap.ts';
import { type FoundCoupon, type FoundOffer, findCoupon } from '../redemptions/find-coupon.ts';
import { type Circumstances, gatherFacts } from '../redemptions/gather-facts.ts';
import { explain, presented } from '../redemptions/judge.ts';
import type { Db } from '../store/db.ts';
import { escrows, offers } from '../store/schema.ts';

/** Several codes on one basket, and the offers that need none. */
export type BasketQuestion = {
  readonly codes: readonly string[];
  /** Automatic offers take part. */
  readonly automatic: boolean;
  readonly basket: Basket;
  readonly circumstances: Circumstances;
};

/** An offer that gives something, with what says so. */
export type Granted = {
  readonly decision: AcceptedDecision;
  readonly by: FoundCoupon | (FoundOffer & { readonly coupon?: undefined });
};

export type JudgedBasket = {
  readonly granted: readonly Granted[];
  /** One for each code, in their order. */
  readonly ofCodes: readonly Decision[];
  readonly coupons: readonly FoundCoupon[];
  readonly totals: Totals;
};

/** Judged on every basket: a shop with more of them wants codes, or segments of its own. */
const MAX_AUTOMATIC = 1_000;

/**
 * The engine's best combination of codes and automatic offers on a basket, without any effect. A code that is unknown
 * is refused here; one that does not apply is among the decisions with its reason.
 */
export async function judgeBasket(
  centre: Centre,
  db: Db,
  { codes, automatic, basket, circumstances }: BasketQuestion,
): Promise<Outcome<JudgedBasket>> {
  const coupons: FoundCoupon[] = [];
  for (const [i, code] of codes.entries()) {
    const found = await findCoupon(db, code, circumstances.locationId);
    if (!found.ok) return err({ ...found.error, path: `codes.${i}` });
    if (coupons.some(({ coupon }) => coupon.id === found.value.coupon.id))
      return err(refusal('invalid_input', { why: 'the code was given twice' }, `codes.${i}`));
    coupons.push(found.value);
  }
  const alone = automatic ? await findAutomatic(centre, db, circumstances.locationId) : ok([]);
  if (!alone.ok) return alone;
  const facts = await gatherFacts(db, centre, [...coupons, ...alone.value], circumstances);
  const byOffer = new Map([...alone.value, ...coupons].map((one) => [one.offer.id, one]));
  const { decisions, totals } = evaluate({
    basket,
    offers: [...byOffer.values()].map((one) => one.offer.terms),
    coupons: coupons.map(presented),
    facts,
  });
  const granted = decisions.flatMap((decision): Granted[] => {
    if (decision.outcome === 'refused') return [];
    const coupon = coupons.find((one) => one.coupon.id === decision.couponId);
    const by = coupon ?? byOffer.get(decision.offerId);
    assert(by !== undefined, 'the engine decides about what it was given');
    return [{ decision, by: coupon ?? { offer: by.offer, escrow: by.escrow } }];
  });
  return ok({ granted, ofCodes: decisions.slice(0, coupons.length), coupons, totals });
}

/** Why this basket cannot be sold so: a code that does not apply, or more than the customer may be given. */
export async function refusalOf(
  centre: Centre,
  db: Db,
  { circumstances, basket }: BasketQuestion,
  { granted, ofCodes, coupons }: JudgedBasket,
): Promise<Outcome<void>> {
  for (const [i, decision] of ofCodes.entries()) {
    const found = coupons[i];
    if (decision.outcome === 'refused' && found !== undefined)
      return err({ ...explain(found, decision), path: `codes.${i}` });
  }
  if (granted.length === 0) return err(refusal('nothing_to_redeem'));
  for (const { by } of granted) {
    if (await isSaleFrozen(db, centre, by)) return err(refusal('centre_recovering'));
  }
  const discountMinor = granted.reduce((sum, { decision }) => sum + decision.discountMinor, 0);
  const given = { currency: basket.currency, discountMinor };
  if (await overCustomerCap(centre, db, circumstances.customer, given))
    return err(refusal('customer_limit', { limit: 'max_discount_per_user' }));
  return ok(undefined);
}

async function findAutomatic(
  centre: Centre,
  db: Db,
  locationId: string | undefined,
): Promise<Outcome<FoundOffer[]>> {
  const rows = await db
    .select({ offer: offers, escrow: escrows })
    .from(offers)
    .leftJoin(escrows, eq(escrows.offerId, offers.id))
    .where(
      and(
        eq(offers.status, 'active'),
        sql`${offers.terms} ->> 'trigger' = 'automatic'`,
        locationId === undefined
          ? isNull(offers.locationId)
          : or(isNull(offers.locationId), eq(offers.locationId, locationId)),
      ),
    )
    .orderBy(asc(offers.id))
    .limit(MAX_AUTOMATIC + 1);
  if (rows.length > MAX_AUTOMATIC)
    return err(refusal('conflict', { why: `more than ${MAX_AUTOMATIC} automatic offers are live` }));
  const usable: FoundOffer[] = [];
  for (const row of rows) {
    const one = { offer: row.offer, escrow: row.escrow ?? undefined };
    // Nobody was promised an automatic offer: while its rights are in doubt it stays away.
    if (!(await isSaleFrozen(db, centre, one))) usable.push(one);
  }
  return ok(usable);
}
