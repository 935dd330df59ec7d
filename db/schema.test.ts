import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, SCHEMA_VERSION, schemaVersionOf } from './migrate.ts';
import { migrations } from './migrations/migrations.ts';
import * as schema from './schema.ts';

let db: Database.Database;

beforeEach(() => {
  db = new Database(':memory:');
});
afterEach(() => {
  db.close();
});

type ColumnInfo = { readonly name: string; readonly type: string; readonly notnull: number };

const tables = Object.values(schema).filter((value) => is(value, SQLiteTable));

describe('the schema', () => {
  it.each(migrations.map((one, i) => [migrations[i - 1]?.number ?? 0, one.number] as const))(
    'comes from version %i to the newest, step %i included',
    (from) => {
      migrate(db, from);
      expect(schemaVersionOf(db)).toBe(from);
      migrate(db);
      expect(schemaVersionOf(db)).toBe(SCHEMA_VERSION);
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    },
  );

  it('is the one that was reviewed', async () => {
    migrate(db);
    const rows = db
      .prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name')
      .pluck();
    await expect(`${rows.all().join(';\n\n')};\n`).toMatchFileSnapshot('schema.snapshot.sql');
  });

  it.each(tables.map((table) => [getTableName(table), table] as const))(
    'gives %s the columns that the queries expect',
    (name, table) => {
      migrate(db);
      const found = db.pragma(`table_info(${name})`) as ColumnInfo[];
      const expected = Object.values(getTableColumns(table)).map((column) => ({
        name: column.name,
        type: column.getSQLType().toUpperCase(),
        required: column.notNull || column.primary,
      }));
      const actual = found.map(({ name: column, type, notnull }) => ({
        name: column,
        type,
        required: notnull === 1,
      }));
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      expect(actual.sort(byName)).toEqual(expected.sort(byName));
    },
  );

  it('leaves nothing of a migration that fails', () => {
    const broken = [
      ...migrations,
      { number: SCHEMA_VERSION + 10, name: 'broken', sql: 'CREATE TABLE x (a); BAD' },
    ];
    expect(() => migrate(db, SCHEMA_VERSION + 10, broken)).toThrow();
    expect(schemaVersionOf(db)).toBe(SCHEMA_VERSION);
    expect(db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'x'").get()).toBeUndefined();
  });

  it('lets nobody change or delete an event, or skip one', () => {
    migrate(db);
    const insert = db.prepare(
      "INSERT INTO events VALUES (?, 'x', 0, coalesce((SELECT hash FROM events ORDER BY seq DESC LIMIT 1), zeroblob(32)), randomblob(32), '{}')",
    );
    insert.run(1);
    insert.run(2);
    expect(() => insert.run(4)).toThrow('must follow');
    expect(() => db.exec("UPDATE events SET body = 'x' WHERE seq = 1")).toThrow('never change');
    expect(() => db.exec('DELETE FROM events WHERE seq = 2')).toThrow('never deleted');
  });

  it('refuses rights that do not add up', () => {
    migrate(db);
    db.exec("INSERT INTO offers VALUES (x'01', 1, 'active', 0, 'here', 0, NULL)");
    const put = (places: string) =>
      db.exec(`INSERT INTO leases VALUES (randomblob(16), x'01', ${places}, 1)`);
    put('5, 2, 1, 2, 0, 0');
    expect(() => put('5, 2, 1, 1, 0, 0')).toThrow('CHECK');
    expect(() => put('5, 6, -1, 0, 0, 0')).toThrow('CHECK');
  });

  it('names its migrations by their files', () => {
    for (const { number, name, sql } of migrations) {
      const file = `migrations/${String(number).padStart(4, '0')}-${name}.ts`;
      expect(readFileSync(new URL(file, import.meta.url), 'utf8')).toContain(sql.trim().slice(0, 200));
    }
  });
});
