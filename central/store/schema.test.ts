import { sql } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestCentre, type TestCentre, testableStores } from '../testing/test-centre.ts';
import { query } from './db.ts';
import * as schema from './schema.ts';

describe.each(testableStores())('schema on %s', (kind) => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre(kind);
  }, 60_000);
  afterAll(() => test.close());

  it('is what the migrations made, column by column', async () => {
    const real = await query<{ table: string; column: string; type: string; nullable: string }>(
      test.centre.db,
      sql`SELECT table_name AS table, column_name AS column, data_type AS type, is_nullable AS nullable
          FROM information_schema.columns WHERE table_schema = 'public'`,
    );
    const made = new Map(real.map((row) => [`${row.table}.${row.column}`, `${row.type} ${row.nullable}`]));
    const tables = Object.values(schema).filter((value) => value instanceof PgTable);
    expect(tables.length).toBeGreaterThan(15);
    const described = new Map<string, string>();
    for (const table of tables) {
      const config = getTableConfig(table);
      for (const column of config.columns) {
        const type = column.getSQLType().endsWith('[]') ? 'ARRAY' : column.getSQLType();
        described.set(`${config.name}.${column.name}`, `${type} ${column.notNull ? 'NO' : 'YES'}`);
      }
    }
    const names = new Set(tables.map((table) => getTableConfig(table).name));
    const expected = [...made].filter(([key]) => names.has(key.split('.')[0] ?? ''));
    expect(Object.fromEntries(described)).toEqual(Object.fromEntries(expected));
  });

  it('refuses rights that do not add up', async () => {
    const { db } = test.centre;
    const offer = '00000000-0000-7000-8000-000000000001';
    await db.execute(
      sql`INSERT INTO offers (id, version, status, name, terms, created_at, updated_at) VALUES (${offer}, 1, 'active', 'x', '{}', 0, 0)`,
    );
    const add = (n: number, pool: number, spent: number) =>
      db.execute(
        sql`INSERT INTO escrows (offer_id, n, pool, leased, reserved, spent, burned) VALUES (${offer}, ${n}, ${pool}, 0, 0, ${spent}, 0)`,
      );
    await expect(add(10, 10, 1)).rejects.toThrow();
    await expect(add(10, 11, -1)).rejects.toThrow();
    await expect(add(10, 9, 1)).resolves.toBeDefined();
  });
});
