import { type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';

/**
 * A placeholder that is written the way its column is: drizzle's own `eq` would hand a UUID to SQLite as text, and
 * never find it.
 */
export function bound(column: SQLiteColumn, name: string): SQL {
  return sql`${sql.param(sql.placeholder(name), column)}`;
}

export function equals(column: SQLiteColumn, name: string): SQL {
  return sql`${column} = ${bound(column, name)}`;
}
