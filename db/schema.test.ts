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

  it('moves baskets, redemptions, holds and refunds to fewer pages, and loses none', () => {
    migrate(db, 130);
    db.pragma('foreign_keys = ON');
    db.exec(`
      INSERT INTO operators VALUES (x'0a', 'Ada', 'admin', '', 0, NULL);
      INSERT INTO offers VALUES (x'01', 1, 'active', 0, 'here', 0, NULL);
      INSERT INTO offer_versions (offer_id, version, terms) VALUES (x'01', 1, '{}');
      INSERT INTO coupons (id, code, offer_id, serial, home, issued_at) VALUES
        (x'c1', 'A', x'01', 1, 'here', 0), (x'c2', 'B', x'01', 2, 'here', 0);
      INSERT INTO baskets VALUES (x'b2', 'completed', NULL, 'EUR', 50, 5, 45, 20, '{"sold":2}', NULL),
        (x'b1', 'completed', NULL, 'EUR', 50, 5, 45, 10, '{"sold":1}', '{"back":1}'),
        (x'b3', 'open', '{"checked":3}', 'EUR', 50, 5, 45, 30, NULL, NULL);
      INSERT INTO reservations VALUES (x'b3', x'c1', x'd1', x'01', 99, NULL, NULL, x'0a', '2026-11-24', 5);
      INSERT INTO refunds VALUES (9, x'f1', x'b1', '{}');`);
    const redeem =
      db.prepare(`INSERT INTO redemptions VALUES (?, randomblob(16), ?, ?, x'01', 1, 'A', 'pos', NULL, 'EUR',
      5, '{}', x'0a', 'Till', 0, '2026-11-24', NULL, 0, NULL, NULL, 0, NULL, NULL, NULL)`);
    for (const [seq, basket, coupon] of [
      [3, 0xb1, 0xc1],
      [4, 0xb1, 0xc2],
      [7, 0xb2, 0xc1],
    ] as const)
      redeem.run(seq, Buffer.of(basket), Buffer.of(coupon));
    const content = (table: string, order: string) =>
      db.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).all() as Record<string, unknown>[];
    const before = ['reservations', 'refunds', 'redemptions'].map((table) => content(table, '1'));
    migrate(db);
    expect(['reservations', 'refunds', 'redemptions'].map((table) => content(table, '1'))).toEqual(before);
    expect(content('baskets', 'seq')).toMatchObject([
      { id: Buffer.of(0xb1), sale: '{"sold":1}', returns: '{"back":1}', first_seq: 3, last_seq: 4 },
      { id: Buffer.of(0xb2), sale: '{"sold":2}', first_seq: 7, last_seq: 7 },
      { id: Buffer.of(0xb3), status: 'open', checked: '{"checked":3}', first_seq: null, last_seq: null },
    ]);
    expect(db.pragma('foreign_key_check')).toEqual([]);
    expect(() => db.exec("DELETE FROM baskets WHERE id = x'b1'")).toThrow('FOREIGN KEY');
  });

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
