import { and, asc, sql } from 'drizzle-orm';
import { assert } from '../../shared/kernel/assert.ts';
import type { Drizzle } from '../drizzle.ts';
import { batches, batchSerials, coupons, uuidText } from '../schema.ts';
import { bound, equals } from './equals.ts';
import type { Newest } from './offers.ts';

const { placeholder } = sql;

export type CouponRow = typeof coupons.$inferSelect;
export type NewCoupon = Pick<
  CouponRow,
  'id' | 'code' | 'offerId' | 'batchId' | 'serial' | 'maxUses' | 'home' | 'issuedAt'
>;
/** One code of many. */
export type CodeToInsert = readonly [id: string, code: string, serial: number, maxUses: number | null];
export type BatchRow = typeof batches.$inferSelect;

/** Up to 150 kB of JSON. */
const ROWS_PER_STATEMENT = 2_000;

const ID_BYTES = 16;
const RUNS_PER_READ = 8;

export function couponReads(db: Drizzle) {
  const byCode = db.select().from(coupons).where(equals(coupons.code, 'code')).prepare();
  const byId = db.select().from(coupons).where(equals(coupons.id, 'id')).prepare();
  const byFolded = db
    .select()
    .from(coupons)
    .where(sql`folded = ${placeholder('folded')}`)
    .limit(2)
    .prepare();
  // The run that holds the serial is the last one that begins no later.
  const runs = db
    .select()
    .from(batchSerials)
    .where(
      and(
        equals(batchSerials.batchId, 'batchId'),
        sql`${batchSerials.firstSerial} >= (
          SELECT coalesce(max(first_serial), 0) FROM batch_serials
          WHERE batch_id = ${bound(batchSerials.batchId, 'batchId')} AND first_serial <= ${placeholder('serial')})`,
      ),
    )
    .orderBy(asc(batchSerials.firstSerial))
    .limit(placeholder('runs'))
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
    /** The one code whose letters look like these digits; none when there are several. */
    byFolded(folded: string): CouponRow | undefined {
      const [only, another] = byFolded.all({ folded });
      return another ? undefined : only;
    },
    /** In the order of their serials; `after`: the last serial that is known. */
    ofBatch(batchId: string, after: number, limit: number): CouponRow[] {
      const found: CouponRow[] = [];
      let known = after;
      for (;;) {
        const some = runs.all({ batchId, serial: known + 1, runs: RUNS_PER_READ });
        for (const run of some) {
          const start = Math.max(0, known + 1 - run.firstSerial) * ID_BYTES;
          for (let at = start; at < run.ids.length; at += ID_BYTES) {
            const coupon = byId.get({ id: uuidText(run.ids.subarray(at, at + ID_BYTES)) });
            if (coupon) found.push(coupon);
            if (found.length === limit) return found;
          }
          known = Math.max(known, run.firstSerial + run.ids.length / ID_BYTES - 1);
        }
        if (some.length < RUNS_PER_READ) return found;
      }
    },
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
        ${bound(coupons.batchId, 'batchId')}, value ->> 2, value ->> 3, 0, 0, NULL, NULL, NULL,
        ${placeholder('home')}, 'live', ${placeholder('issuedAt')}
        FROM json_each(${placeholder('rows')}) WHERE true`,
    )
    .onConflictDoNothing()
    .prepare();
  const keepSerials = db
    .insert(batchSerials)
    .values({
      batchId: placeholder('batchId'),
      firstSerial: placeholder('firstSerial'),
      ids: placeholder('ids'),
    })
    .onConflictDoUpdate({
      target: [batchSerials.batchId, batchSerials.firstSerial],
      set: { ids: sql`excluded.ids` },
    })
    .prepare();
  const setCode = db
    .update(coupons)
    .set({ code: sql`${placeholder('code')}` })
    .where(equals(coupons.id, 'id'))
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
      { offerId, batchId, home, issuedAt }: Omit<NewCoupon, 'id' | 'code' | 'serial' | 'maxUses'>,
      rows: Iterable<CodeToInsert>,
    ): number {
      let inserted = 0;
      let part: CodeToInsert[] = [];
      const flush = () => {
        const values = { offerId, batchId, home, issuedAt, rows: JSON.stringify(part) };
        inserted += insertMany.run(values).changes;
        part = [];
      };
      for (const row of rows) if (part.push(row) === ROWS_PER_STATEMENT) flush();
      if (part.length > 0) flush();
      return inserted;
    },
    /** Which coupons of a batch have the serials from `firstSerial` on. */
    keepSerials(batchId: string, firstSerial: number, ids: readonly string[]): void {
      assert(ids.length > 0, 'a run of serials has coupons');
      keepSerials.run({ batchId, firstSerial, ids: Buffer.from(ids.join('').replaceAll('-', ''), 'hex') });
    },
    setCode: (id: string, code: string) => void setCode.run({ id, code }),
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
