import { and, asc, desc, gte, lte, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { codeRanges } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export type CodeRangeRow = typeof codeRanges.$inferSelect;

export function codeRangeReads(db: Drizzle) {
  const newestOver = db
    .select({ status: codeRanges.status })
    .from(codeRanges)
    .where(
      and(
        equals(codeRanges.batchId, 'batchId'),
        lte(codeRanges.firstSerial, placeholder('serial')),
        gte(codeRanges.lastSerial, placeholder('serial')),
      ),
    )
    .orderBy(desc(codeRanges.seq))
    .limit(1)
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
