import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';

/** The typed face of the ledger; every statement on it is prepared once, when the store is made. */
export type Drizzle = BetterSQLite3Database<Record<string, never>>;
