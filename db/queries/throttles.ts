import { sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { throttles } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export type ThrottleRow = typeof throttles.$inferSelect;

export function throttleReads(db: Drizzle) {
  const byKey = db.select().from(throttles).where(equals(throttles.key, 'key')).prepare();
  return { byKey: (key: string): ThrottleRow | undefined => byKey.get({ key }) };
}

export function throttleWrites(db: Drizzle) {
  const put = db
    .insert(throttles)
    .values({
      key: placeholder('key'),
      failures: placeholder('failures'),
      until: placeholder('until'),
      lastAt: placeholder('lastAt'),
    })
    .onConflictDoUpdate({
      target: throttles.key,
      set: { failures: sql`excluded.failures`, until: sql`excluded.until`, lastAt: sql`excluded.last_at` },
    })
    .prepare();
  const clear = db.delete(throttles).where(equals(throttles.key, 'key')).prepare();
  const clearAll = db.delete(throttles).prepare();
  return {
    clearAll: () => void clearAll.run(),
    put: (row: ThrottleRow) => void put.run(row),
    clear: (key: string) => void clear.run({ key }),
  };
}
