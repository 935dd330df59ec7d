import type { Db } from '../store/db.ts';
import { queryNamed } from '../store/named.ts';
import type { redemptions, reservations, SaleTerms } from '../store/schema.ts';

export type RedemptionRow = typeof redemptions.$inferSelect;
export type ReservationRow = typeof reservations.$inferSelect;

/** Uses of one offer to take: decided before by the state machine, and guarded here once more under the rows' locks. */
export type Taking = {
  readonly offerId: string;
  /** Each use takes a right of the pool. */
  readonly limited: boolean;
} & (
  | { readonly what: 'redeem'; readonly uses: readonly NewRedemption[] }
  | { readonly what: 'reserve'; readonly uses: readonly NewReservation[] }
);

export type NewRedemption = {
  readonly row: RedemptionRow;
  /** What the next caller with the same code is told. */
  readonly where: string;
  /** Written with it where it is the whole sale. */
  readonly sale?: SaleTerms | undefined;
};

export type NewReservation = { readonly row: ReservationRow; readonly where?: undefined };

/**
 * Takes rights and uses and writes the records in one statement: the rows of a hot code are locked for one round trip,
 * and one flush serves all uses of the call. Rights are locked before codes, and codes in the order of their ids, here
 * as everywhere: nobody waits in a circle. Both are read again under the lock, and what no longer fits is left out.
 * @returns for each use whether it was taken
 */
export async function takeUses(db: Db, taking: Taking): Promise<boolean[]> {
  const { what, offerId, limited } = taking;
  const codes = [...new Set(taking.uses.flatMap(({ row }) => row.couponId ?? []))];
  const records = taking.what === 'redeem' ? taking.uses.map(redemptionRecord) : taking.uses.map(holdRecord);
  const { ofOne, ofMany } = statements[what];
  const common = [JSON.stringify(records), offerId, limited];
  const rows = await (codes.length === 1
    ? queryNamed<{ n: number }>(db, `take_uses_${what}`, ofOne, [...common, codes[0]])
    : queryNamed<{ n: number }>(db, `take_uses_of_many_${what}`, ofMany, [...common, padded(codes)]));
  const taken = new Set(rows.map((row) => Number(row.n)));
  return taking.uses.map((_, i) => taken.has(i));
}

/** PostgreSQL takes an array of unknown length for ten elements: the plan that it keeps must not look dearer than that. */
const PLANNED_CODES = 10;

/** Longer by repeating a code, which changes nothing but what PostgreSQL thinks a plan for this very array would cost. */
function padded(codes: readonly string[]): readonly string[] {
  const [first] = codes;
  if (first === undefined) return codes;
  const missing = Math.max(PLANNED_CODES + 1 - codes.length, 0);
  return [...codes, ...Array.from({ length: missing }, () => first)];
}

function redemptionRecord({ row, where, sale }: NewRedemption, n: number) {
  return {
    n,
    id: row.id,
    offer_version: row.offerVersion,
    coupon_id: row.couponId,
    basket_id: row.basketId,
    channel: row.channel,
    location_id: row.locationId,
    currency: row.currency,
    subtotal_minor: row.subtotalMinor,
    discount_minor: row.discountMinor,
    shares: row.shares,
    customer: row.customer,
    at: row.redeemedAt,
    received_at: row.receivedAt,
    sale_id: row.saleId,
    place: where,
    ...sale,
  };
}

function holdRecord({ row }: NewReservation, n: number) {
  return {
    n,
    id: row.id,
    offer_version: row.offerVersion,
    coupon_id: row.couponId,
    basket_id: row.basketId,
    channel: row.channel,
    location_id: row.locationId,
    currency: row.currency,
    subtotal_minor: row.subtotalMinor,
    discount_minor: row.discountMinor,
    shares: row.shares,
    customer: row.customer,
    at: row.createdAt,
    expires_at: row.expiresAt,
    sale: row.sale,
  };
}

/**
 * $1 the records as JSON, $2 the offer, $3 whether it is limited, $4 the code or the codes, many of them "padded".
 * `FOR UPDATE` reads the newest committed version of a row, whatever the statement's snapshot says, and the updates
 * below it find the very rows that it locked.
 */
function statementsOf(record: string, counter: 'used' | 'reserved', write: string) {
  return {
    ofOne: statementOf('= $4::uuid', record, counter, write),
    ofMany: statementOf('= ANY ($4::uuid[])', record, counter, write),
  };
}

function statementOf(isCode: string, record: string, counter: 'used' | 'reserved', write: string): string {
  const place = counter === 'used' ? 'spent' : 'reserved';
  const trace = counter === 'used' ? ', last_used_at = u.at, last_used_where = u.place' : '';
  return `
    WITH given AS (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (n int, id uuid, offer_version int, coupon_id uuid, basket_id text,
        channel text, location_id uuid, currency text, subtotal_minor bigint, discount_minor bigint, shares jsonb,
        customer text, at bigint, ${record})
    ), rights AS (
      SELECT pool FROM escrows WHERE offer_id = $2::uuid AND $3::boolean FOR UPDATE
    ), codes AS (
      SELECT id, used, reserved, max_uses, location_id FROM coupons
      WHERE id ${isCode} AND status = 'live' AND home_ledger_id IS NULL AND (NOT $3::boolean OR EXISTS (SELECT 1 FROM rights))
      ORDER BY id FOR UPDATE
    ), fitting AS (
      SELECT g.n, row_number() OVER (ORDER BY g.n) AS nth
      FROM (SELECT n, coupon_id, row_number() OVER (PARTITION BY coupon_id ORDER BY n) AS nth FROM given) AS g
      LEFT JOIN codes AS c ON c.id = g.coupon_id
      WHERE g.coupon_id IS NULL
        OR c.id IS NOT NULL AND (c.max_uses IS NULL OR c.used + c.reserved + g.nth <= c.max_uses)
    ), taken AS (
      SELECT given.* FROM fitting JOIN given USING (n)
      WHERE NOT $3::boolean OR fitting.nth <= (SELECT pool FROM rights)
    ), moved AS (
      UPDATE escrows SET pool = pool - t.count, ${place} = ${place} + t.count
      FROM (SELECT count(*) AS count FROM taken) AS t
      WHERE offer_id = $2::uuid AND $3::boolean AND t.count > 0
    ), counted AS (
      UPDATE coupons SET ${counter} = ${counter} + u.count${trace}
      FROM (
        SELECT coupon_id, count(*) AS count, max(at) AS at,
          ${counter === 'used' ? '(array_agg(place ORDER BY at DESC))[1]' : 'NULL'} AS place
        FROM taken GROUP BY coupon_id
      ) AS u
      WHERE coupons.id = u.coupon_id AND coupons.id ${isCode}
    ), ${write}
    SELECT n FROM taken`;
}

const statements = {
  redeem: statementsOf(
    'received_at bigint, sale_id uuid, place text, basket jsonb, totals jsonb',
    'used',
    `written AS (
      INSERT INTO redemptions (id, offer_id, offer_version, coupon_id, basket_id, channel, location_id, currency,
        subtotal_minor, discount_minor, shares, customer, at_risk, paid_by, status, redeemed_at, received_at, sale_id)
      SELECT id, $2::uuid, offer_version, coupon_id, basket_id, channel, location_id, currency, subtotal_minor,
        discount_minor, shares, customer, false, CASE WHEN $3::boolean THEN 'pool' ELSE 'unlimited' END, 'redeemed', at,
        received_at, sale_id
      FROM taken
    ), sold AS (
      INSERT INTO sales (id, basket_id, channel, location_id, currency, basket, totals, made_at)
      SELECT sale_id, basket_id, channel, location_id, currency, basket, totals, at FROM taken WHERE basket IS NOT NULL
    ), told AS (
      INSERT INTO changes (location_id, kind, ref)
      SELECT location_id, 'codeUse', id FROM codes
      WHERE max_uses IS NOT NULL AND id IN (SELECT coupon_id FROM taken)
    )`,
  ),
  reserve: statementsOf(
    'expires_at bigint, sale jsonb',
    'reserved',
    `written AS (
      INSERT INTO reservations (id, basket_id, coupon_id, offer_id, offer_version, channel, location_id, currency,
        subtotal_minor, discount_minor, shares, customer, took_right, status, created_at, expires_at, sale)
      SELECT id, basket_id, coupon_id, $2::uuid, offer_version, channel, location_id, currency, subtotal_minor,
        discount_minor, shares, customer, $3::boolean, 'reserved', at, expires_at, sale
      FROM taken
    )`,
  ),
} as const;
