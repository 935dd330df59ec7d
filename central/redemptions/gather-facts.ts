import { and, eq, gte, sql } from 'drizzle-orm';
import { zonesOf } from '../../shared/engine/offer-book.ts';
import type { Facts, OfferUses, WallTime } from '../../shared/engine/types.ts';
import { assert } from '../../shared/kernel/assert.ts';
import type { Centre } from '../centre.ts';
import type { Db } from '../store/db.ts';
import { redemptions, reservations } from '../store/schema.ts';
import type { Customer } from './customer.ts';
import type { FoundCoupon } from './find-coupon.ts';
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
  found: readonly FoundCoupon[],
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
    attributes: circumstances.attributes,
  };
}

async function usesOf(
  db: Db,
  centre: Centre,
  { offer, escrow }: FoundCoupon,
  { customer, locationId }: Circumstances,
  now: number,
): Promise<OfferUses> {
  const { limits } = offer.terms;
  const ofOffer = and(eq(redemptions.offerId, offer.id), eq(redemptions.status, 'redeemed'));
  return {
    // Whatever is not in the pool cannot be spent here, wherever it is.
    total: escrow === undefined ? undefined : (limits.total ?? 0) - escrow.pool,
    byCustomer:
      limits.perCustomer !== undefined && customer !== undefined
        ? await usesOfCustomer(db, offer.id, customer.pseudonym)
        : undefined,
    atLocation:
      limits.perLocation !== undefined && locationId !== undefined
        ? await countOf(db, and(ofOffer, eq(redemptions.locationId, locationId)))
        : undefined,
    today:
      limits.perDay !== undefined
        ? await countOf(
            db,
            and(ofOffer, gte(redemptions.redeemedAt, startOfDay(centre.config.time_zone, now))),
          )
        : undefined,
    spentMinor: limits.budgetMinor !== undefined ? await spentOf(db, offer.id) : undefined,
  };
}

async function countOf(db: Db, condition: ReturnType<typeof and>): Promise<number> {
  const [row] = await db.select({ n: sql<string>`count(*)` }).from(redemptions).where(condition);
  return Number(row?.n ?? 0);
}

/** Committed uses and open holds of one customer. */
async function usesOfCustomer(db: Db, offerId: string, pseudonym: string): Promise<number> {
  const done = await countOf(
    db,
    and(
      eq(redemptions.customer, pseudonym),
      eq(redemptions.offerId, offerId),
      eq(redemptions.status, 'redeemed'),
    ),
  );
  const [held] = await db
    .select({ n: sql<string>`count(*)` })
    .from(reservations)
    .where(
      and(
        eq(reservations.customer, pseudonym),
        eq(reservations.offerId, offerId),
        eq(reservations.status, 'reserved'),
      ),
    );
  return done + Number(held?.n ?? 0);
}

/** What an offer gave away, open holds included. */
async function spentOf(db: Db, offerId: string): Promise<number> {
  const [done] = await db
    .select({ sum: sql<string | null>`sum(${redemptions.discountMinor})` })
    .from(redemptions)
    .where(and(eq(redemptions.offerId, offerId), eq(redemptions.status, 'redeemed')));
  const [held] = await db
    .select({ sum: sql<string | null>`sum(${reservations.discountMinor})` })
    .from(reservations)
    .where(and(eq(reservations.offerId, offerId), eq(reservations.status, 'reserved')));
  return Number(done?.sum ?? 0) + Number(held?.sum ?? 0);
}

/** What one customer was given in all offers together, in one currency. */
export async function givenToCustomer(db: Db, pseudonym: string, currency: string): Promise<number> {
  const [done] = await db
    .select({ sum: sql<string | null>`sum(${redemptions.discountMinor})` })
    .from(redemptions)
    .where(
      and(
        eq(redemptions.customer, pseudonym),
        eq(redemptions.currency, currency),
        eq(redemptions.status, 'redeemed'),
      ),
    );
  const [held] = await db
    .select({ sum: sql<string | null>`sum(${reservations.discountMinor})` })
    .from(reservations)
    .where(
      and(
        eq(reservations.customer, pseudonym),
        eq(reservations.currency, currency),
        eq(reservations.status, 'reserved'),
      ),
    );
  return Number(done?.sum ?? 0) + Number(held?.sum ?? 0);
}
