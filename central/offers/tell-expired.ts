import { sql } from 'drizzle-orm';
import type { Centre } from '../centre.ts';
import type { JobRun } from '../jobs/run-jobs.ts';
import { query } from '../store/db.ts';

const ROWS_PER_STEP = 500;
/** What is left over is for the next round. */
const MAX_STEPS = 200;

/**
 * Publishes `coupon.expired`: once for an offer whose end has passed, and for codes that end some time after their
 * issue once for each code, or for a whole batch, whose codes end together. The mark and the event are one statement.
 * @returns how many events
 */
export async function tellExpired(centre: Centre, run: JobRun): Promise<number> {
  const now = centre.ports.now();
  const rounds = [
    sql`
      WITH over AS (
        SELECT id, ends_at FROM offers
        WHERE ends_at < ${now} AND ends_at IS NOT NULL AND end_told IS DISTINCT FROM ends_at AND status <> 'archived'
        ORDER BY ends_at LIMIT ${ROWS_PER_STEP} FOR UPDATE SKIP LOCKED
      ), marked AS (
        UPDATE offers SET end_told = over.ends_at FROM over WHERE offers.id = over.id
        RETURNING offers.id, offers.own_coupon_id, over.ends_at
      )
      SELECT tell('coupon.expired', jsonb_build_object('offer_id', id, 'coupon_id', own_coupon_id,
        'expired_at', ends_at)) FROM marked`,
    sql`
      WITH over AS (
        SELECT c.id, c.issued_at + (o.terms -> 'validity' ->> 'afterIssueMs')::bigint AS ends_at
        FROM offers AS o
        JOIN coupons AS c ON c.offer_id = o.id AND c.batch_id IS NULL AND c.end_told IS NULL
          AND c.issued_at < ${now} - (o.terms -> 'validity' ->> 'afterIssueMs')::bigint
        WHERE o.terms -> 'validity' ? 'afterIssueMs' AND o.status <> 'archived' AND c.status = 'live'
        LIMIT ${ROWS_PER_STEP} FOR UPDATE OF c SKIP LOCKED
      ), marked AS (
        UPDATE coupons SET end_told = over.ends_at FROM over WHERE coupons.id = over.id
        RETURNING coupons.id, coupons.offer_id, over.ends_at
      )
      SELECT tell('coupon.expired', jsonb_build_object('offer_id', offer_id, 'coupon_id', id,
        'expired_at', ends_at)) FROM marked`,
    sql`
      WITH over AS (
        SELECT b.id, b.created_at + (o.terms -> 'validity' ->> 'afterIssueMs')::bigint AS ends_at
        FROM offers AS o JOIN batches AS b ON b.offer_id = o.id
        WHERE o.terms -> 'validity' ? 'afterIssueMs' AND o.status <> 'archived' AND b.state = 'live'
          AND b.end_told IS NULL AND b.created_at < ${now} - (o.terms -> 'validity' ->> 'afterIssueMs')::bigint
        LIMIT ${ROWS_PER_STEP} FOR UPDATE OF b SKIP LOCKED
      ), marked AS (
        UPDATE batches SET end_told = over.ends_at FROM over WHERE batches.id = over.id
        RETURNING batches.id, batches.offer_id, batches.count, over.ends_at
      )
      SELECT tell('coupon.expired', jsonb_build_object('offer_id', offer_id, 'batch_id', id, 'count', count,
        'expired_at', ends_at)) FROM marked`,
  ];
  let told = 0;
  for (const statement of rounds) {
    for (let step = 0; step < MAX_STEPS; step++) {
      let rows = 0;
      await run.step(async (tx) => {
        rows = (await query(tx, statement)).length;
        return 0;
      });
      told += rows;
      if (rows < ROWS_PER_STEP) break;
    }
  }
  return told;
}
