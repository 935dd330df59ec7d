import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type * as schema from './schema.ts';

/** Either driver, seen through drizzle. A transaction is one of these too. */
export type Db = PgDatabase<PgQueryResultHKT, typeof schema>;

/** Runs raw SQL. The caller names the row's type; bigints arrive as text or number by driver: wrap them in Number(). */
export async function query<Row>(db: Db, statement: SQL): Promise<Row[]> {
  // Both drivers answer { rows }; drizzle's common type does not say so.
  const result = (await db.execute(statement)) as unknown as { rows: Row[] };
  return result.rows;
}
