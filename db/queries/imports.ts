import { sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { imports } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export type ImportRow = typeof imports.$inferSelect;

export function importReads(db: Drizzle) {
  const byId = db.select().from(imports).where(equals(imports.id, 'id')).prepare();
  const ofBatch = db.select().from(imports).where(equals(imports.batchId, 'batchId')).prepare();
  const all = db.select().from(imports).prepare();
  return {
    byId: (id: string): ImportRow | undefined => byId.get({ id }),
    ofBatch: (batchId: string): ImportRow | undefined => ofBatch.get({ batchId }),
    all: (): ImportRow[] => all.all(),
  };
}

export function importWrites(db: Drizzle) {
  const insert = db
    .insert(imports)
    .values({
      id: placeholder('id'),
      fileName: placeholder('fileName'),
      bytes: placeholder('bytes'),
      state: placeholder('state'),
      createdAt: placeholder('createdAt'),
      operatorId: placeholder('operatorId'),
      fileKey: placeholder('fileKey'),
    })
    .prepare();
  const set = db
    .update(imports)
    .set({
      state: sql`${placeholder('state')}`,
      settings: sql`${placeholder('settings')}`,
      report: sql`${placeholder('report')}`,
      batchId: sql`${sql.param(placeholder('batchId'), imports.batchId)}`,
    })
    .where(equals(imports.id, 'id'))
    .prepare();
  return {
    insert: (row: Omit<ImportRow, 'settings' | 'report' | 'batchId'>) => void insert.run(row),
    set: ({ id, state, settings, report, batchId }: ImportRow) =>
      void set.run({ id, state, settings, report, batchId }),
  };
}
