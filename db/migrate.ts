import type { Database } from 'better-sqlite3';
import { assert } from '../shared/kernel/assert.ts';
import { type Migration, migrations } from './migrations/migrations.ts';

const STEP = 10;

/** The schema that this program knows. */
export const SCHEMA_VERSION = newest(migrations);

export function schemaVersionOf(db: Database): number {
  // `simple` gives the bare value of a pragma that always has one.
  return db.pragma('user_version', { simple: true }) as number;
}

/**
 * Brings the schema up to `target`. Each migration and its version number commit together, so that a killed process
 * leaves either the old schema or the new one.
 */
export function migrate(
  db: Database,
  target = SCHEMA_VERSION,
  known: readonly Migration[] = migrations,
): void {
  assert(newest(known) >= target, `no migration ${target}`);
  const before = schemaVersionOf(db);
  assert(before <= target, 'a newer schema is refused before');
  for (const { number, sql } of known) {
    if (number <= before || number > target) continue;
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${number}`);
    }).immediate();
  }
}

function newest(list: readonly Migration[]): number {
  let before = 0;
  for (const { number } of list) {
    assert(number > before && number % STEP === 0, `migrations are numbered by tens, upwards: ${number}`);
    before = number;
  }
  return before;
}
