import { sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { redemptions } from '../schema.ts';

const { placeholder } = sql;

/** Wide enough for every zone: their offsets are quarters of an hour. */
export const QUARTER_MS = 900_000;

/** Redemptions that have everything in common by which reports count. */
export type ReportGroup = {
  readonly lastSeq: number;
  readonly quarter: number;
  readonly businessDay: string;
  readonly offerId: string;
  readonly channel: (typeof redemptions.$inferSelect)['channel'];
  readonly operatorId: string;
  readonly tillName: string;
  readonly isVoided: number;
  readonly count: number;
  /** Of those, the ones whose goods came back and whose use is free again. */
  readonly usesGivenBack: number;
  readonly discountMinor: number;
  /** Baskets counted at their first redemption, and at the first one of this offer. */
  readonly baskets: number;
  readonly subtotalMinor: number;
  readonly payableMinor: number;
  readonly offerBaskets: number;
  readonly offerSubtotalMinor: number;
  readonly offerPayableMinor: number;
};

export type AttemptGroup = {
  readonly quarter: number;
  readonly operatorId: string;
  readonly channel: string;
  readonly offerId: string | null;
  readonly code: string;
  readonly count: number;
};

/** Whole numbers: SQLite hands sums over as they are. */
const number = (text: ReturnType<typeof sql>) => sql<number>`${text}`.mapWith(Number);

export function reportReads(db: Drizzle) {
  const r = redemptions;
  const earlier = sql`SELECT 1 FROM redemptions o WHERE o.seq >= baskets.first_seq AND o.seq < ${r.seq} AND o.voided_at IS NULL`;
  const first = sql`${r.voidedAt} IS NULL AND NOT EXISTS (${earlier})`;
  const firstOfOffer = sql`${r.voidedAt} IS NULL AND NOT EXISTS (${earlier} AND o.offer_id = ${r.offerId})`;
  const sumWhere = (what: ReturnType<typeof sql>, where: ReturnType<typeof sql>) =>
    number(sql`sum(CASE WHEN ${where} THEN ${what} ELSE 0 END)`);
  const one = sql`1`;
  const subtotal = sql`baskets.subtotal_minor`;
  const payable = sql`baskets.payable_minor`;
  const quarter = sql<number>`${r.redeemedAt} / ${sql.raw(String(QUARTER_MS))}`;
  const voided = sql<number>`${r.voidedAt} IS NOT NULL`;

  const groups = db
    .select({
      lastSeq: number(sql`max(${r.seq})`),
      quarter: quarter.mapWith(Number).as('quarter'),
      businessDay: r.businessDay,
      offerId: r.offerId,
      channel: r.channel,
      operatorId: r.operatorId,
      tillName: r.tillName,
      isVoided: voided.mapWith(Number).as('is_voided'),
      count: number(sql`count(*)`),
      usesGivenBack: number(sql`sum(${r.useBackSeq} IS NOT NULL)`),
      // What was on goods that came back was given to nobody.
      discountMinor: number(sql`sum(${r.discountMinor} - ${r.returnedMinor})`),
      baskets: sumWhere(one, first),
      subtotalMinor: sumWhere(subtotal, first),
      payableMinor: sumWhere(payable, first),
      offerBaskets: sumWhere(one, firstOfOffer),
      offerSubtotalMinor: sumWhere(subtotal, firstOfOffer),
      offerPayableMinor: sumWhere(payable, firstOfOffer),
    })
    .from(redemptions)
    .innerJoin(sql`baskets`, sql`baskets.id = ${r.basketId}`)
    .where(
      sql`${r.seq} IN (SELECT seq FROM redemptions WHERE seq > ${placeholder('after')} AND seq <= ${placeholder('upTo')} ORDER BY seq LIMIT ${placeholder('limit')})`,
    )
    .groupBy(sql`quarter`, r.businessDay, r.offerId, r.channel, r.operatorId, r.tillName, sql`is_voided`)
    .prepare();

  const countedOnDays = db
    .select({ uses: number(sql`coalesce(sum(uses), 0)`) })
    .from(sql`use_counts`)
    .where(
      sql`offer_id IN (SELECT id FROM offers) AND scope = 'day' AND key BETWEEN ${placeholder('from')} AND ${placeholder('to')}`,
    )
    .prepare();

  const eventAt = db
    .select({ at: sql<number>`at` })
    .from(sql`events`)
    .where(sql`seq = ${placeholder('seq')}`)
    .prepare();

  const attemptGroups = db
    .select({
      quarter: sql<number>`at / ${sql.raw(String(QUARTER_MS))}`.mapWith(Number).as('quarter'),
      operatorId: sql<string>`operator_id`.mapWith(r.operatorId).as('operator'),
      channel: sql<string>`channel`.as('channel'),
      offerId: sql<string | null>`offer_id`.mapWith(r.offerId).as('offer'),
      code: sql<string>`code`.as('code'),
      count: number(sql`count(*)`),
    })
    .from(sql`attempts`)
    .where(sql`seq > ${placeholder('after')} AND seq <= ${placeholder('upTo')}`)
    .groupBy(sql`1, 2, 3, 4, 5`)
    .prepare();

  const refusedBaskets = db
    .select({
      baskets: number(sql`count(*)`),
      subtotalMinor: number(sql`coalesce(sum(subtotal), 0)`),
    })
    .from(
      sql`(SELECT basket_id, max(subtotal_minor) AS subtotal FROM attempts
        WHERE seq > ${placeholder('after')} AND seq <= ${placeholder('upTo')} AND basket_id IS NOT NULL
        GROUP BY basket_id) AS tried`,
    )
    .where(
      sql`NOT EXISTS (SELECT 1 FROM baskets WHERE baskets.id = tried.basket_id AND baskets.status = 'completed')`,
    )
    .prepare();

  return {
    /** The next `limit` redemptions after an event, summed up; a later slice goes on after the highest `lastSeq`. */
    groups: (after: number, upTo: number, limit: number): ReportGroup[] => groups.all({ after, upTo, limit }),
    /** Redemptions of business days by the running sums that limits are judged by. */
    countedOnDays: (from: string, to: string): number => countedOnDays.get({ from, to })?.uses ?? 0,
    eventAt: (seq: number): number | undefined => eventAt.get({ seq })?.at,
    attemptGroups: (after: number, upTo: number): AttemptGroup[] => attemptGroups.all({ after, upTo }),
    /** Baskets of refused codes that were never completed. */
    refusedBaskets: (after: number, upTo: number) =>
      refusedBaskets.get({ after, upTo }) ?? { baskets: 0, subtotalMinor: 0 },
  };
}
