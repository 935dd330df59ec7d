import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** Rows of these ids, as one parameter: with one for each id drizzle and the driver need more time than PostgreSQL. */
export function anyOf(column: PgColumn, ids: Iterable<string>): SQL {
  return sql`${column} = ANY (${sql.param([...ids])}::uuid[])`;
}
