import { sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { meta } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export function metaReads(db: Drizzle) {
  const get = db.select({ value: meta.value }).from(meta).where(equals(meta.key, 'key')).prepare();
  return { get: (key: string): string | undefined => get.get({ key })?.value };
}

export function metaWrites(db: Drizzle) {
  const set = db
    .insert(meta)
    .values({ key: placeholder('key'), value: placeholder('value') })
    .onConflictDoUpdate({ target: meta.key, set: { value: sql`excluded.value` } })
    .prepare();
  const remove = db.delete(meta).where(equals(meta.key, 'key')).prepare();
  return {
    set: (key: string, value: string) => void set.run({ key, value }),
    remove: (key: string) => void remove.run({ key }),
  };
}
