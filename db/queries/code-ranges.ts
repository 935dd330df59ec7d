import { and, asc, desc, gte, lte, ne, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { batchJobs, codeRanges } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export type CodeRangeRow = typeof codeRanges.$inferSelect;

export function codeRangeReads(db: Drizzle) {
  const serialRange = and(
    equals(codeRanges.batchId, 'batchId'),
    lte(codeRanges.firstSerial, placeholder('serial')),
    gte(codeRanges.lastSerial, placeholder('serial')),
  );
  const newestOver = db
    .select({ status: codeRanges.status })
    .from(codeRanges)
    .where(serialRange)
    .orderBy(desc(codeRanges.seq))
    .limit(1)
    .prepare();
  const unfinished = db
    .select({ one: sql`1` })
    .from(batchJobs)
    .where(and(equals(batchJobs.batchId, 'batchId'), ne(batchJobs.state, 'live')));
  const newest = db
    .select({ status: codeRanges.status })
    .from(codeRanges)
    .where(serialRange)
    .orderBy(desc(codeRanges.seq))
    .limit(1);
  const withdrawn = db
    .select({ is: sql<number>`EXISTS ${unfinished} OR coalesce(${newest} = 'void', 0)`.as('is') })
    .from(sql`(SELECT 1)`)
    .prepare();
  const ofBatch = db
    .select()
    .from(codeRanges)
    .where(equals(codeRanges.batchId, 'batchId'))
    .orderBy(asc(codeRanges.seq))
    .prepare();
  return {
    isVoid: (batchId: string, serial: number): boolean =>
      newestOver.get({ batchId, serial })?.status === 'void',
    /** The batch is not live, or its newest word on the serial is void: in one question, which a confirmation asks. */
    isWithdrawn: (batchId: string, serial: number): boolean => withdrawn.get({ batchId, serial })?.is === 1,
    ofBatch: (batchId: string): CodeRangeRow[] => ofBatch.all({ batchId }),
  };
}

export function codeRangeWrites(db: Drizzle) {
  const insert = db
    .insert(codeRanges)
    .values({
      seq: placeholder('seq'),
      batchId: placeholder('batchId'),
      firstSerial: placeholder('firstSerial'),
      lastSerial: placeholder('lastSerial'),
      status: placeholder('status'),
      reason: placeholder('reason'),
      at: placeholder('at'),
      operatorId: placeholder('operatorId'),
    })
    .prepare();
  return { insert: (row: CodeRangeRow) => void insert.run(row) };
}
