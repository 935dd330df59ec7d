import { and, asc, gt, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { batches, coupons } from '../schema.ts';
import { bound, equals } from './equals.ts';
import type { Newest } from './offers.ts';

const { placeholder } = sql;

export type CouponRow = typeof coupons.$inferSelect;
export type NewCoupon = Pick<
  CouponRow,
  'id' | 'code' | 'offerId' | 'batchId' | 'serial' | 'maxUses' | 'home' | 'issuedAt'
>;
export type BatchRow = typeof batches.$inferSelect;

/** Up to 150 kB of JSON. */
const ROWS_PER_STATEMENT = 2_000;

export function couponReads(db: Drizzle) {
  const byCode = db.select().from(coupons).where(equals(coupons.code, 'code')).prepare();
  const byId = db.select().from(coupons).where(equals(coupons.id, 'id')).prepare();
  const ofBatch = db
    .select()
    .from(coupons)
    .where(and(equals(coupons.batchId, 'batchId'), gt(coupons.serial, placeholder('after'))))
    .orderBy(asc(coupons.serial))
    .limit(placeholder('limit'))
    .prepare();
  const whichTaken = db
    .select({ code: coupons.code })
    .from(coupons)
    .where(sql`${coupons.code} IN (SELECT value FROM json_each(${placeholder('codes')}))`)
    .prepare();
  return {
    byCode: (code: string): CouponRow | undefined => byCode.get({ code }),
    byId: (id: string): CouponRow | undefined => byId.get({ id }),
    /** Those of the given codes that exist. */
    whichTaken(codes: readonly string[]): string[] {
      const taken: string[] = [];
      for (let start = 0; start < codes.length; start += ROWS_PER_STATEMENT) {
        const part = JSON.stringify(codes.slice(start, start + ROWS_PER_STATEMENT));
        for (const { code } of whichTaken.all({ codes: part })) taken.push(code);
      }
      return taken;
    },
    ofBatch: (batchId: string, after: number, limit: number): CouponRow[] =>
      ofBatch.all({ batchId, after, limit }),
  };
}

export function couponWrites(db: Drizzle) {
  const insert = db
    .insert(coupons)
    .values({
      id: placeholder('id'),
      code: placeholder('code'),
      offerId: placeholder('offerId'),
      batchId: placeholder('batchId'),
      serial: placeholder('serial'),
      maxUses: placeholder('maxUses'),
      home: placeholder('home'),
      issuedAt: placeholder('issuedAt'),
    })
    .onConflictDoNothing()
    .prepare();
  // One statement for many rows: a call for each would take more time than SQLite itself does. Every column, in the
  // order of the schema, because that is how an insert from a query is written.
  const insertMany = db
    .insert(coupons)
    .select(
      sql`SELECT unhex(replace(value ->> 0, '-', '')), value ->> 1, ${bound(coupons.offerId, 'offerId')},
        ${bound(coupons.batchId, 'batchId')}, value ->> 2, ${placeholder('maxUses')}, 0, 0, NULL, NULL, NULL,
        ${placeholder('home')}, 'live', ${placeholder('issuedAt')}
        FROM json_each(${placeholder('rows')}) WHERE true`,
    )
    .onConflictDoNothing()
    .prepare();
  const use = db
    .update(coupons)
    .set({ used: sql`${coupons.used} + 1`, lastSeq: sql`${placeholder('seq')}` })
    .where(equals(coupons.id, 'id'))
    .prepare();
  const giveBack = db
    .update(coupons)
    .set({ used: sql`${coupons.used} - 1` })
    .where(equals(coupons.id, 'id'))
    .prepare();
  const setElsewhere = db
    .update(coupons)
    .set({
      usedElsewhere: sql`${placeholder('usedElsewhere')}`,
      lastElsewhereAt: sql`${placeholder('lastAt')}`,
      lastElsewhere: sql`${placeholder('lastWhere')}`,
      status: sql`${placeholder('status')}`,
    })
    .where(equals(coupons.id, 'id'))
    .prepare();
  return {
    /** False: the code or its id exists already. */
    insert: (row: NewCoupon): boolean => insert.run(row).changes === 1,
    /** Many codes of one offer, in the given order. @returns how many of them were new */
    insertMany(
      { offerId, batchId, maxUses, home, issuedAt }: Omit<NewCoupon, 'id' | 'code' | 'serial'>,
      rows: Iterable<readonly [id: string, code: string, serial: number]>,
    ): number {
      let inserted = 0;
      let part: (readonly [string, string, number])[] = [];
      const flush = () => {
        const values = { offerId, batchId, maxUses, home, issuedAt, rows: JSON.stringify(part) };
        inserted += insertMany.run(values).changes;
        part = [];
      };
      for (const row of rows) if (part.push(row) === ROWS_PER_STATEMENT) flush();
      if (part.length > 0) flush();
      return inserted;
    },
    /** `seq`: of the redemption's event. */
    use: (id: string, seq: number) => void use.run({ id, seq }),
    giveBack: (id: string) => void giveBack.run({ id }),
    setElsewhere: (row: {
      id: string;
      usedElsewhere: number;
      lastAt: number | null;
      lastWhere: string | null;
      status: 'live' | 'void';
    }) => void setElsewhere.run(row),
  };
}

export function batchReads(db: Drizzle) {
  const byId = db.select().from(batches).where(equals(batches.id, 'id')).prepare();
  const byRequest = db.select().from(batches).where(equals(batches.requestId, 'requestId')).prepare();
  const position = sql`(${batches.createdAt}, ${batches.id}) < (${placeholder('createdAt')}, ${bound(batches.id, 'id')})`;
  const order = sql`${batches.createdAt} DESC, ${batches.id} DESC`;
  const newest = db
    .select()
    .from(batches)
    .where(position)
    .orderBy(order)
    .limit(placeholder('limit'))
    .prepare();
  const newestOfOffer = db
    .select()
    .from(batches)
    .where(and(equals(batches.offerId, 'offerId'), position))
    .orderBy(order)
    .limit(placeholder('limit'))
    .prepare();
  return {
    byId: (id: string): BatchRow | undefined => byId.get({ id }),
    byRequest: (requestId: string): BatchRow | undefined => byRequest.get({ requestId }),
    newest: (after: Newest, limit: number, offerId?: string): BatchRow[] =>
      offerId === undefined
        ? newest.all({ ...after, limit })
        : newestOfOffer.all({ ...after, limit, offerId }),
  };
}

export function batchWrites(db: Drizzle) {
  const insert = db
    .insert(batches)
    .values({
      id: placeholder('id'),
      offerId: placeholder('offerId'),
      name: placeholder('name'),
      format: placeholder('format'),
      count: placeholder('count'),
      origin: placeholder('origin'),
      createdAt: placeholder('createdAt'),
      createdBy: placeholder('createdBy'),
      requestId: placeholder('requestId'),
    })
    .onConflictDoNothing()
    .prepare();
  return { insert: (row: BatchRow): boolean => insert.run(row).changes === 1 };
}
