import { sql } from 'drizzle-orm';
import { DAY_MS } from '../shared/kernel/instant.ts';
import type { Centre } from './centre.ts';
import type { JobRun } from './jobs/run-jobs.ts';
import { query } from './store/db.ts';

const ROWS_PER_STEP = 5_000;
/** What is left over is for the next round, an hour later. */
const MAX_STEPS = 200;

/**
 * Removes what only served the running: deliveries that arrived or were given up, jobs that ended. Redemptions, events
 * of ledgers, offers and incidents are records, and stay.
 * @returns how many rows
 */
export async function removeOld(centre: Centre, run: JobRun): Promise<number> {
  const before = centre.ports.now() - centre.config.retention_days * DAY_MS;
  const statements = [
    sql`DELETE FROM webhook_deliveries WHERE (event_id, endpoint_id) IN (
          SELECT event_id, endpoint_id FROM webhook_deliveries
          WHERE state <> 'pending' AND updated_at < ${before} LIMIT ${ROWS_PER_STEP})
        RETURNING 1 AS n`,
    sql`DELETE FROM jobs WHERE id IN (
          SELECT id FROM jobs WHERE schedule IS NULL AND ended_at < ${before} LIMIT ${ROWS_PER_STEP})
        RETURNING 1 AS n`,
  ];
  let removed = 0;
  for (const statement of statements) {
    for (let step = 0; step < MAX_STEPS; step++) {
      let rows = 0;
      await run.step(async (tx) => {
        rows = (await query(tx, statement)).length;
        return 0;
      });
      removed += rows;
      if (rows < ROWS_PER_STEP) break;
    }
  }
  return removed;
}
