import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import type { Db } from './db.ts';
import { queryNamed } from './named.ts';

/** Built once for each table. */
const statements = new WeakMap<PgTable, Statement>();
type Statement = { readonly text: string; readonly keys: readonly (readonly [key: string, name: string])[] };

/**
 * Inserts many rows as one parameter: with one for each value drizzle and the driver need more time than PostgreSQL.
 * Rows that exist already are left as they are. Not for tables with columns of bytes.
 */
export async function insertMany<Table extends PgTable>(
  db: Db,
  table: Table,
  rows: readonly Table['$inferInsert'][],
): Promise<void> {
  if (rows.length === 0) return;
  const { text, keys } = statementFor(table);
  const records = rows.map((row) => {
    const values = row as Readonly<Record<string, unknown>>;
    return Object.fromEntries(keys.map(([key, name]) => [name, storable(values[key])]));
  });
  await queryNamed(db, `insert_many_${getTableConfig(table).name}`, text, [JSON.stringify(records)]);
}

/** Half a character pair is no text for PostgreSQL; the driver would write the same sign in its place. */
function storable(value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : (value ?? null);
}

function statementFor(table: PgTable): Statement {
  let statement = statements.get(table);
  if (statement === undefined) {
    statement = build(table);
    statements.set(table, statement);
  }
  return statement;
}

function build(table: PgTable): Statement {
  const { name, columns } = getTableConfig(table);
  const byName = new Map(Object.entries(table).map(([key, column]) => [column, key]));
  const keys = columns.map((column) => [byName.get(column) ?? column.name, column.name] as const);
  const list = columns.map((column) => `"${column.name}"`).join(', ');
  const types = columns.map((column) => `"${column.name}" ${column.getSQLType()}`).join(', ');
  const text = `INSERT INTO "${name}" (${list}) SELECT ${list} FROM jsonb_to_recordset($1::jsonb) AS r (${types}) ON CONFLICT DO NOTHING`;
  return { text, keys };
}
