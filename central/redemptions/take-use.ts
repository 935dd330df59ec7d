import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { RightsMove } from '../../shared/redemption/rights.ts';
import { type Db, query } from '../store/db.ts';
import { redemptions, reservations } from '../store/schema.ts';
import type { FoundCoupon } from './find-coupon.ts';
import { escrowMoves } from './use-state.ts';

export type RedemptionRow = typeof redemptions.$inferSelect;
export type ReservationRow = typeof reservations.$inferSelect;

/** What changes with one use, decided before by the state machine and guarded here once more by the database. */
export type Taking = {
  readonly found: FoundCoupon;
  readonly right: RightsMove | undefined;
  /** `true`: the use was held before, so its counter moves from reserved to used. */
  readonly wasHeld: boolean;
} & (
  | { readonly what: 'redeem'; readonly row: RedemptionRow; readonly where: string }
  | { readonly what: 'reserve'; readonly row: ReservationRow }
);

/** The one statement took a right and no use, or the other way round: the transaction around it must go back. */
export class HalfTakenError extends Error {}

/**
 * Takes right and use and writes the record in one statement, so that the rows of a hot code are locked for one round
 * trip. Rights are locked before uses, everywhere: no deadlocks.
 * @returns `false` when another caller was faster
 * @throws HalfTakenError in a transaction that must then be rolled back; see `touchesTwoRows`
 */
export async function takeUse(db: Db, taking: Taking): Promise<boolean> {
  const { found, right } = taking;
  const rights = right === undefined ? sql`SELECT 1` : moveOneRight(found.offer.id, right);
  const statement = sql`
    WITH right_taken AS (${rights}),
    use_taken AS (${countUse(taking)} AND EXISTS (SELECT 1 FROM right_taken) RETURNING 1),
    written AS (${insertRecord(taking)} WHERE EXISTS (SELECT 1 FROM use_taken) RETURNING 1),
    told AS (${tellFeed(taking)} AND EXISTS (SELECT 1 FROM use_taken) RETURNING 1)
    SELECT (SELECT count(*) FROM right_taken)::int AS rights, (SELECT count(*) FROM written)::int AS uses`;
  const [row] = await query<{ rights: number; uses: number }>(db, statement);
  const taken = row?.uses === 1;
  if (!taken && right !== undefined && row?.rights === 1) throw new HalfTakenError('a right without its use');
  return taken;
}

/** Both guards may fail on their own: such a taking needs a transaction around it. */
export function touchesTwoRows(taking: Pick<Taking, 'right'>): boolean {
  return taking.right !== undefined;
}

function moveOneRight(offerId: string, move: RightsMove): SQL {
  const [from, to] = escrowMoves[move];
  const [source, target] = [sql.identifier(from), sql.identifier(to)];
  return sql`UPDATE escrows SET ${source} = ${source} - 1, ${target} = ${target} + 1
    WHERE offer_id = ${offerId}::uuid AND ${source} >= 1 RETURNING 1`;
}

function countUse(taking: Taking): SQL {
  const { coupon } = taking.found;
  if (taking.what === 'reserve') {
    return sql`UPDATE coupons SET reserved = reserved + 1
      WHERE id = ${coupon.id}::uuid AND status = 'live' AND (max_uses IS NULL OR used + reserved < max_uses)`;
  }
  const { row, where } = taking;
  const used = sql`used = used + 1, last_used_at = ${row.redeemedAt}, last_used_where = ${where}`;
  return taking.wasHeld
    ? sql`UPDATE coupons SET ${used}, reserved = reserved - 1 WHERE id = ${coupon.id}::uuid AND reserved >= 1`
    : sql`UPDATE coupons SET ${used}
        WHERE id = ${coupon.id}::uuid AND status = 'live' AND (max_uses IS NULL OR used + reserved < max_uses)`;
}

function insertRecord(taking: Taking): SQL {
  const json = sql`${JSON.stringify(taking.row.shares)}::jsonb`;
  if (taking.what === 'reserve') {
    const r = taking.row;
    return sql`INSERT INTO reservations (id, basket_id, coupon_id, offer_id, offer_version, channel, currency,
        subtotal_minor, discount_minor, shares, customer, took_right, status, created_at, expires_at)
      SELECT ${r.id}::uuid, ${r.basketId}, ${r.couponId}::uuid, ${r.offerId}::uuid, ${r.offerVersion}::int,
        ${r.channel}, ${r.currency}, ${r.subtotalMinor}::bigint, ${r.discountMinor}::bigint, ${json}, ${r.customer}::text,
        ${r.tookRight}::boolean, ${r.status}, ${r.createdAt}::bigint, ${r.expiresAt}::bigint`;
  }
  const r = taking.row;
  return sql`INSERT INTO redemptions (id, offer_id, offer_version, coupon_id, basket_id, channel, location_id, currency,
      subtotal_minor, discount_minor, shares, customer, at_risk, paid_by, status, redeemed_at, received_at)
    SELECT ${r.id}::uuid, ${r.offerId}::uuid, ${r.offerVersion}::int, ${r.couponId}::uuid, ${r.basketId}, ${r.channel},
      ${r.locationId}::uuid, ${r.currency}, ${r.subtotalMinor}::bigint, ${r.discountMinor}::bigint, ${json},
      ${r.customer}::text, ${r.atRisk}::boolean, ${r.paidBy}, ${r.status}, ${r.redeemedAt}::bigint, ${r.receivedAt}::bigint`;
}

/** Locations learn of the uses of a code that has a limit of its own. */
function tellFeed(taking: Taking): SQL {
  const { coupon } = taking.found;
  const tell = taking.what === 'redeem' && coupon.maxUses !== null;
  return sql`INSERT INTO changes (location_id, kind, ref)
    SELECT ${coupon.locationId}::uuid, 'codeUse', ${coupon.id}::uuid WHERE ${tell}::boolean`;
}

/** The record of an id that was used before: a retry gets the first answer. */
export async function findRedemption(db: Db, id: string): Promise<RedemptionRow | undefined> {
  const [row] = await db.select().from(redemptions).where(eq(redemptions.id, id));
  return row;
}

export async function findReservation(db: Db, id: string, lock = false): Promise<ReservationRow | undefined> {
  const statement = db
    .select()
    .from(reservations)
    .where(and(eq(reservations.id, id)));
  const [row] = await (lock ? statement.for('update') : statement);
  return row;
}
