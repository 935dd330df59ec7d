import { and, eq, gte, ne, type SQL, sql } from 'drizzle-orm';
import { zonesOf } from '../../shared/engine/offer-book.ts';
import type { Facts, OfferUses, WallTime } from '../../shared/engine/types.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { budgetTaken } from '../budgets/budgets.ts';
import { campaignFacts } from '../campaigns/limits.ts';
import type { Centre } from '../centre.ts';
import type { Db } from '../store/db.ts';
import { redemptions, reservations } from '../store/schema.ts';
import type { Customer } from './customer.ts';
import type { FoundOffer } from './find-coupon.ts';
import { startOfDay, wallTimeAt } from './wall-time.ts';

export type Circumstances = {
  readonly channel: string;
  readonly locationId?: string | undefined;
  readonly customer?: Customer | undefined;
  readonly segments?: readonly string[] | undefined;
  readonly purchases?: number | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
};

/** What the engine must know about the world to judge these coupons: only limits that exist are counted. */
export async function gatherFacts(
  db: Db,
  centre: Centre,
  found: readonly FoundOffer[],
  circumstances: Circumstances,
): Promise<Facts> {
  const now = centre.ports.now();
  const uses: Record<string, OfferUses> = {};
  const wallTimes: Record<string, WallTime> = {};
  for (const one of found) {
    uses[one.offer.id] ??= await usesOf(db, centre, one, circumstances, now);
  }
  for (const zone of zonesOf(found.map((one) => one.offer.terms))) {
    const wallTime = wallTimeAt(zone, now);
    assert(wallTime !== undefined, `the zone ${zone} was known when the offer was made`);
    wallTimes[zone] = wallTime;
  }
  const { customer } = circumstances;
  return {
    now,
    wallTimes,
    channel: circumstances.channel,
    locationId: circumstances.locationId,
    customer: customer && {
      id: customer.pseudonym,
      emailDomain: customer.emailDomain,
      segments: circumstances.segments,
      purchases: circumstances.purchases,
    },
    uses,
    campaigns: await campaignFacts(
      db,
      centre,
      found.map((one) => one.offer.terms.campaignId),
    ),
    attributes: circumstances.attributes,
  };
}

async function usesOf(
  db: Db,
  centre: Centre,
  { offer, escrow }: FoundOffer,
  { customer, locationId }: Circumstances,
  now: number,
): Promise<OfferUses> {
  const { limits } = offer.terms;
  const countUses = (...narrower: Narrower[]) => usesAndHolds(db, offer.id, narrower);
  return {
    // Whatever is not in the pool cannot be spent here, wherever it is.
    total: escrow === undefined ? undefined : (limits.total ?? 0) - escrow.pool,
    byCustomer:
      limits.perCustomer !== undefined && customer !== undefined
        ? await countUses({ column: 'customer', is: customer.pseudonym })
        : undefined,
    atLocation:
      limits.perLocation !== undefined && locationId !== undefined
        ? await countUses({ column: 'locationId', is: locationId })
        : undefined,
    today:
      limits.perDay !== undefined
        ? await countUses({ since: startOfDay(centre.config.time_zone, now) })
        : undefined,
    spentMinor: limits.budgetMinor !== undefined ? await budgetTaken(db, offer.id) : undefined,
  };
}

type Narrower =
  | { readonly column: 'customer' | 'locationId'; readonly is: string }
  /** Of redemptions; a hold is of today, because that is when it may become one. */
  | { readonly since: number };

/** Committed uses and open holds of an offer: who holds one may redeem it, so it has its place already. */
async function usesAndHolds(db: Db, offerId: string, narrower: readonly Narrower[]): Promise<number> {
  const [done] = await db
    .select({ n: sql<string>`count(*)` })
    .from(redemptions)
    .where(
      and(
        eq(redemptions.offerId, offerId),
        eq(redemptions.status, 'redeemed'),
        ...narrower.map((one) =>
          'since' in one ? gte(redemptions.redeemedAt, one.since) : eq(redemptions[one.column], one.is),
        ),
      ),
    );
  const [held] = await db
    .select({ n: sql<string>`count(*)` })
    .from(reservations)
    .where(
      and(
        eq(reservations.offerId, offerId),
        eq(reservations.status, 'reserved'),
        ...narrower.map((one) => ('since' in one ? undefined : eq(reservations[one.column], one.is))),
      ),
    );
  return Number(done?.n ?? 0) + Number(held?.n ?? 0);
}

/** What one customer was given in all offers together, in one currency. */
export async function givenToCustomer(db: Db, pseudonym: string, currency: string): Promise<number> {
  return givenAndHeld(
    db,
    and(eq(redemptions.customer, pseudonym), eq(redemptions.currency, currency)),
    and(eq(reservations.customer, pseudonym), eq(reservations.currency, currency)),
  );
}

async function givenAndHeld(db: Db, given: SQL | undefined, held: SQL | undefined): Promise<number> {
  const [done] = await db
    .select({
      sum: sql<string | null>`sum(${redemptions.discountMinor} - ${redemptions.returnedMinor})`,
    })
    .from(redemptions)
    .where(and(given, ne(redemptions.status, 'voided')));
  const [open] = await db
    .select({ sum: sql<string | null>`sum(${reservations.discountMinor})` })
    .from(reservations)
    .where(and(held, eq(reservations.status, 'reserved')));
  return Number(done?.sum ?? 0) + Number(open?.sum ?? 0);
}
