import { sql } from 'drizzle-orm';
import { type Db, query } from '../store/db.ts';

/** Bounds one round; what is left is numbered by the next. */
const MAX_ROWS_PER_ROUND = 50_000;

/**
 * Gives positions to committed changes that have none. The row of `feed_head` is locked until the commit, so rounds
 * follow one another, and each sees only what was committed before its statement: a change that commits late is
 * numbered by a later round, above every cursor handed out so far. A serial number alone would lose it.
 * @returns how many rows were numbered
 */
export async function numberChanges(db: Db): Promise<number> {
  const [waiting] = await query<{ found: boolean }>(
    db,
    sql`SELECT EXISTS (SELECT 1 FROM changes WHERE position IS NULL) AS found`,
  );
  if (!waiting?.found) return 0;
  return db.transaction(async (tx) => {
    // The lock is its own statement: the next one takes its snapshot after the lock is held.
    await tx.execute(sql`SELECT position FROM feed_head WHERE id = 1 FOR UPDATE`);
    const rows = await query<{ numbered: number }>(
      tx,
      sql`
        WITH next AS (
          SELECT id, row_number() OVER (ORDER BY id) AS n
          FROM (SELECT id FROM changes WHERE position IS NULL ORDER BY id LIMIT ${MAX_ROWS_PER_ROUND}) AS waiting
        ), numbered AS (
          UPDATE changes SET position = (SELECT position FROM feed_head WHERE id = 1) + next.n
          FROM next WHERE changes.id = next.id
          RETURNING 1
        ), counted AS (SELECT count(*)::int AS n FROM numbered)
        UPDATE feed_head SET position = position + counted.n FROM counted
        WHERE id = 1 RETURNING counted.n AS numbered`,
    );
    return Number(rows[0]?.numbered ?? 0);
  });
}
