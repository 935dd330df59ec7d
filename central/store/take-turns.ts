import { sql } from 'drizzle-orm';
import type { Db } from './db.ts';

/** Waits for the turns of these names, in their order, until the end of the transaction. */
export async function takeTurns(tx: Db, turns: readonly string[]): Promise<void> {
  for (const turn of turns) await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${turn}, 0))`);
}
