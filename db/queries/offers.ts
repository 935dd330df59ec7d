import { and, asc, desc, eq, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { coupons, offers, offerVersions } from '../schema.ts';
import { bound, equals } from './equals.ts';

const { placeholder } = sql;

export type OfferRow = typeof offers.$inferSelect & { readonly terms: string };

/** Keyset position of a list that goes from newest to oldest. */
export type Newest = { readonly createdAt: number; readonly id: string };

const columns = {
  id: offers.id,
  version: offers.version,
  status: offers.status,
  pausedHere: offers.pausedHere,
  origin: offers.origin,
  createdAt: offers.createdAt,
  requestId: offers.requestId,
  terms: offerVersions.terms,
};

/** Not the coupon of an automatic offer, which has the offer's id and no code that anybody types. */
const typed = sql`${coupons.id} <> ${coupons.offerId}`;

export function offerReads(db: Drizzle) {
  const current = () =>
    db
      .select(columns)
      .from(offers)
      .innerJoin(
        offerVersions,
        and(eq(offerVersions.offerId, offers.id), eq(offerVersions.version, offers.version)),
      );
  const byId = current().where(equals(offers.id, 'id')).prepare();
  const byRequest = current().where(equals(offers.requestId, 'requestId')).prepare();
  const terms = db
    .select({ terms: offerVersions.terms })
    .from(offerVersions)
    .where(and(equals(offerVersions.offerId, 'id'), equals(offerVersions.version, 'version')))
    .prepare();
  const newest = current()
    .where(
      sql`(${offers.createdAt}, ${offers.id}) < (${placeholder('createdAt')}, ${bound(offers.id, 'id')})`,
    )
    .orderBy(desc(offers.createdAt), desc(offers.id))
    .limit(placeholder('limit'))
    .prepare();
  // In this order, and as the partial index says it, or SQLite would read every offer.
  const automatic = db
    .select(columns)
    .from(offerVersions)
    .crossJoin(offers)
    .where(
      sql`${offerVersions.offerId} = ${offers.id} AND ${offerVersions.version} = ${offers.version} AND ${offerVersions.terms} ->> '$.trigger' = 'automatic' AND ${offers.status} = 'active' AND ${offers.pausedHere} = 0`,
    )
    .orderBy(desc(offers.createdAt), desc(offers.id))
    .limit(placeholder('limit'))
    .prepare();
  const codeCount = db
    .select({ count: sql<number>`count(*)` })
    .from(coupons)
    .where(sql`${coupons.offerId} = ${bound(offers.id, 'id')} AND ${coupons.batchId} IS NULL AND ${typed}`)
    .prepare();
  const sharedCodes = db
    .select({ code: coupons.code })
    .from(coupons)
    .where(sql`${coupons.offerId} = ${bound(offers.id, 'id')} AND ${coupons.batchId} IS NULL AND ${typed}`)
    .orderBy(asc(coupons.issuedAt))
    .limit(placeholder('limit'))
    .prepare();
  const batchCodes = db
    .select({ count: sql<number>`coalesce(sum(count), 0)` })
    .from(sql`batches`)
    .where(sql`offer_id = ${bound(offers.id, 'id')}`)
    .prepare();
  return {
    byId: (id: string): OfferRow | undefined => byId.get({ id }),
    byRequest: (requestId: string): OfferRow | undefined => byRequest.get({ requestId }),
    terms: (id: string, version: number): string | undefined => terms.get({ id, version })?.terms,
    /** Offers that apply here without a code, newest first. */
    automatic: (limit: number): OfferRow[] => automatic.all({ limit }),
    newest: (after: Newest, limit: number): OfferRow[] => newest.all({ ...after, limit }),
    /** Canonical texts of the codes that belong to no batch, oldest first. */
    sharedCodes: (id: string, limit: number): string[] =>
      sharedCodes.all({ id, limit }).map(({ code }) => code),
    /** Shared codes, and those of its batches by their stated counts. */
    codeCount: (id: string): number =>
      (codeCount.get({ id })?.count ?? 0) + (batchCodes.get({ id })?.count ?? 0),
  };
}

export function offerWrites(db: Drizzle) {
  const insert = db
    .insert(offers)
    .values({
      id: placeholder('id'),
      version: placeholder('version'),
      status: placeholder('status'),
      pausedHere: placeholder('pausedHere'),
      origin: placeholder('origin'),
      createdAt: placeholder('createdAt'),
      requestId: placeholder('requestId'),
    })
    .prepare();
  const insertVersion = db
    .insert(offerVersions)
    .values({ offerId: placeholder('id'), version: placeholder('version'), terms: placeholder('terms') })
    .onConflictDoNothing()
    .prepare();
  const setCurrent = db
    .update(offers)
    .set({
      version: sql`${placeholder('version')}`,
      status: sql`${placeholder('status')}`,
      origin: sql`${placeholder('origin')}`,
    })
    .where(equals(offers.id, 'id'))
    .prepare();
  const setPausedHere = db
    .update(offers)
    .set({ pausedHere: sql`${placeholder('paused')}` })
    .where(equals(offers.id, 'id'))
    .prepare();
  return {
    insert(row: OfferRow) {
      insert.run(row);
      insertVersion.run({ id: row.id, version: row.version, terms: row.terms });
    },
    /** A newer version, or another status, of an offer that is known. */
    replace(row: Pick<OfferRow, 'id' | 'version' | 'status' | 'origin' | 'terms'>) {
      insertVersion.run({ id: row.id, version: row.version, terms: row.terms });
      setCurrent.run(row);
    },
    setPausedHere: (id: string, paused: boolean) => void setPausedHere.run({ id, paused: paused ? 1 : 0 }),
  };
}
