import { desc, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { setAsideEvents } from '../schema.ts';

const { placeholder } = sql;

export type SetAsideRow = typeof setAsideEvents.$inferSelect;

export function setAsideReads(db: Drizzle) {
  const newest = db
    .select()
    .from(setAsideEvents)
    .where(sql`${setAsideEvents.seq} < ${placeholder('before')}`)
    .orderBy(desc(setAsideEvents.seq))
    .limit(placeholder('limit'))
    .prepare();
  return {
    newest: (before: number, limit: number): SetAsideRow[] => newest.all({ before, limit }),
  };
}

export function setAsideWrites(db: Drizzle) {
  const keep = db
    .insert(setAsideEvents)
    .values({ seq: placeholder('seq'), reason: placeholder('reason'), toldAt: placeholder('toldAt') })
    .onConflictDoNothing()
    .prepare();
  return { keep: (row: SetAsideRow) => void keep.run(row) };
}
