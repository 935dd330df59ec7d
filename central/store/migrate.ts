import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { assert } from '../../shared/kernel/assert.ts';
import { type Db, query } from './db.ts';

const FOLDER = path.join(import.meta.dirname, 'migrations');
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;
/** Any fixed number: several servers that start at once migrate one after another. */
const MIGRATION_LOCK = 0x636f756e;

export type Migration = { readonly number: number; readonly name: string; readonly text: string };

export function readMigrations(folder: string = FOLDER): Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  let last = 0;
  return names.map((name) => {
    const match = FILE_NAME.exec(name);
    assert(match !== null, `not a migration's name: ${name}`);
    const number = Number(match[1]);
    assert(number > last, `${name} has a number that is taken`);
    last = number;
    return { number, name, text: readFileSync(path.join(folder, name), 'utf8') };
  });
}

/** The store holds a migration that this version does not know: it was opened by a newer one. */
export class StoreIsNewerError extends Error {}

/** Brings the store up to date, each migration in its own transaction. @returns the names that were applied. */
export async function migrate(db: Db, now: number, migrations = readMigrations()): Promise<string[]> {
  const done: string[] = [];
  // Bounded by the number of migrations: each round applies one, or ends.
  for (let round = 0; round <= migrations.length; round++) {
    const applied = await db.transaction(async (tx) => {
      await tx.execute(sql`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
      await tx.execute(
        sql`CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL, applied_at bigint NOT NULL)`,
      );
      const rows = await query<{ number: number; name: string; sha256: string }>(
        tx,
        sql`SELECT number, name, sha256 FROM schema_migrations ORDER BY number`,
      );
      const next = firstMissing(rows, migrations);
      if (next === undefined) return undefined;
      for (const statement of statementsOf(next.text)) await tx.execute(sql.raw(statement));
      await tx.execute(
        sql`INSERT INTO schema_migrations (number, name, sha256, applied_at) VALUES (${next.number}, ${next.name}, ${fingerprint(next)}, ${now})`,
      );
      return next.name;
    });
    if (applied === undefined) break;
    done.push(applied);
  }
  return done;
}

/** Numbers leave room, so that a migration of another branch may arrive after one with a higher number. */
function firstMissing(
  rows: readonly { number: number; name: string; sha256: string }[],
  migrations: readonly Migration[],
): Migration | undefined {
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  for (const row of rows) {
    const migration = known.get(row.number);
    if (migration === undefined)
      throw new StoreIsNewerError(`the store was opened by a newer version (${row.name})`);
    assert(fingerprint(migration) === row.sha256, `${migration.name} was changed after it was applied`);
  }
  const applied = new Set(rows.map((row) => row.number));
  return migrations.find((migration) => !applied.has(migration.number));
}

/** The embedded store takes one statement at a time. One ends with a semicolon at a line's end, outside `$$` bodies. */
function statementsOf(text: string): string[] {
  const statements = [''];
  for (const [i, part] of text.split('$$').entries()) {
    const isBody = i % 2 === 1;
    const [first = '', ...more] = isBody ? [`$$${part}$$`] : part.split(/;\s*$/m);
    statements.push((statements.pop() ?? '') + first, ...more);
  }
  return statements.map((statement) => statement.trim()).filter((statement) => statement.length > 0);
}

function fingerprint(migration: Migration): string {
  return createHash('sha256').update(migration.text).digest('hex');
}
