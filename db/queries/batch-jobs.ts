import { and, asc, eq, gte, isNull, ne, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { batchJobs, coupons, reservations } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export type BatchJobRow = typeof batchJobs.$inferSelect;
/** A coupon that a job has inserted already. */
export type MadeCode = {
  readonly row: number;
  readonly id: string;
  readonly code: string;
  readonly serial: number;
  readonly maxUses: number | null;
};

const OPEN = sql`${batchJobs.state} IN ('inserting', 'announcing', 'removing')`;
const rowNumber = sql<number>`${coupons}.rowid`;

export function batchJobReads(db: Drizzle) {
  const of = db.select().from(batchJobs).where(equals(batchJobs.batchId, 'batchId')).prepare();
  const open = db.select().from(batchJobs).where(OPEN).prepare();
  const unfinished = db
    .select({ state: batchJobs.state })
    .from(batchJobs)
    .where(and(equals(batchJobs.batchId, 'batchId'), ne(batchJobs.state, 'live')))
    .prepare();
  const newestRow = db
    .select({ row: sql<number | null>`max(${rowNumber})` })
    .from(coupons)
    .prepare();
  const made = db
    .select({
      row: rowNumber,
      id: coupons.id,
      code: coupons.code,
      serial: coupons.serial,
      maxUses: coupons.maxUses,
    })
    .from(coupons)
    .where(
      and(
        gte(rowNumber, placeholder('from')),
        sql`${rowNumber} < ${placeholder('end')}`,
        equals(coupons.batchId, 'batchId'),
      ),
    )
    .orderBy(asc(rowNumber))
    .prepare();
  return {
    of: (batchId: string): BatchJobRow | undefined => of.get({ batchId }),
    /** Those that are at work, or were when the program ended. */
    open: (): BatchJobRow[] => open.all(),
    /** Its codes are nobody's yet, or no longer. */
    isUnfinished: (batchId: string): boolean => unfinished.get({ batchId }) !== undefined,
    newestRow: (): number => newestRow.get()?.row ?? 0,
    /** Coupons of the batch among so many rows of the table, wherever they stand in it. */
    madeBetween: (batchId: string, from: number, end: number): MadeCode[] => made.all({ batchId, from, end }),
  };
}

export function batchJobWrites(db: Drizzle) {
  const insert = db
    .insert(batchJobs)
    .values({
      batchId: placeholder('batchId'),
      kind: placeholder('kind'),
      state: placeholder('state'),
      seed: placeholder('seed'),
      firstRow: placeholder('firstRow'),
      made: placeholder('made'),
      operatorId: placeholder('operatorId'),
      tillName: placeholder('tillName'),
      stopped: placeholder('stopped'),
      endedAt: placeholder('endedAt'),
    })
    .prepare();
  const advance = db
    .update(batchJobs)
    .set({ state: sql`${placeholder('state')}`, made: sql`${placeholder('made')}`, stopped: null })
    .where(equals(batchJobs.batchId, 'batchId'))
    .prepare();
  const stop = db
    .update(batchJobs)
    .set({ stopped: sql`${placeholder('why')}` })
    .where(equals(batchJobs.batchId, 'batchId'))
    .prepare();
  const end = db
    .update(batchJobs)
    .set({
      state: sql`${placeholder('state')}`,
      seed: sql`zeroblob(32)`,
      stopped: null,
      endedAt: sql`${placeholder('at')}`,
    })
    .where(equals(batchJobs.batchId, 'batchId'))
    .prepare();
  const between = and(
    gte(rowNumber, placeholder('from')),
    sql`${rowNumber} < ${placeholder('end')}`,
    equals(coupons.batchId, 'batchId'),
  );
  // What was ever redeemed stays for its redemptions, voided or not.
  const remove = db
    .delete(coupons)
    .where(
      and(
        between,
        isNull(coupons.lastSeq),
        eq(coupons.usedElsewhere, sql`0`),
        sql`${coupons.id} NOT IN (SELECT ${reservations.couponId} FROM ${reservations})`,
      ),
    )
    .prepare();
  const voidRest = db
    .update(coupons)
    .set({ status: sql`'void'` })
    .where(and(between, ne(coupons.status, sql`'void'`)))
    .prepare();
  return {
    insert: (row: BatchJobRow) => void insert.run(row),
    advance: (batchId: string, state: BatchJobRow['state'], made: number) =>
      void advance.run({ batchId, state, made }),
    /** It stands still until somebody lets it go on. */
    stop: (batchId: string, why: string) => void stop.run({ batchId, why }),
    end: (batchId: string, state: 'live' | 'withdrawn', at: number) => void end.run({ batchId, state, at }),
    /** Takes codes of a batch out that never became live, or were never used; the others become void. */
    removeBetween: (batchId: string, from: number, end: number): number =>
      remove.run({ batchId, from, end }).changes + voidRest.run({ batchId, from, end }).changes,
  };
}
