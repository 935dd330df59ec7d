import { sql } from 'drizzle-orm';
import type { Db } from './db.ts';

/** Waits for the turns of these names, in their order, until the end of the transaction. */
export async function takeTurns(tx: Db, turns: readonly string[]): Promise<void> {
  for (const turn of turns) await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${turn}, 0))`);
}

const lines = new WeakMap<Db, Map<string, Promise<void>>>();

/**
 * Waits in this process before in the store: whoever waits there for a turn holds one of its few connections, and a
 * handful of them would leave none for requests that need no turn at all. All places are taken at once, behind those who
 * came before, so nobody waits in a circle.
 */
export async function inLine<T>(db: Db, turns: readonly string[], work: () => Promise<T>): Promise<T> {
  const last = lines.get(db) ?? new Map<string, Promise<void>>();
  lines.set(db, last);
  let leave = () => {};
  const mine = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const before = turns.map((turn) => last.get(turn));
  for (const turn of turns) last.set(turn, mine);
  await Promise.all(before);
  try {
    return await work();
  } finally {
    leave();
    for (const turn of turns) if (last.get(turn) === mine) last.delete(turn);
  }
}
