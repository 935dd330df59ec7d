import { type SQL, sql } from 'drizzle-orm';
import {
  type CentreReport,
  type CentreReportRow,
  type Grouping,
  groupings,
} from '../../shared/contracts/centre-reports.ts';
import { DAY_MS } from '../../shared/kernel/instant.ts';
import type { Centre } from '../centre.ts';
import { query } from '../store/db.ts';
import { endOfDay, startOfDate } from './days.ts';

/** Rows of one report; what is beyond is said, not left out in silence. */
export const MAX_REPORT_ROWS = 1_000;

export type ReportQuestion = {
  readonly by: Grouping;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly zone: string;
  readonly offerId?: string | undefined;
  readonly campaignId?: string | undefined;
};

const keys: Record<
  Exclude<Grouping, 'day'>,
  { readonly key: SQL; readonly name: SQL; readonly join: SQL }
> = {
  offer: { key: sql`r.offer_id::text`, name: sql`max(o.name)`, join: sql`` },
  campaign: {
    key: sql`o.terms ->> 'campaignId'`,
    name: sql`max(g.name)`,
    join: sql`LEFT JOIN campaigns AS g ON g.id::text = o.terms ->> 'campaignId'`,
  },
  batch: {
    key: sql`c.batch_id::text`,
    name: sql`max(b.name)`,
    join: sql`LEFT JOIN coupons AS c ON c.id = r.coupon_id LEFT JOIN batches AS b ON b.id = c.batch_id`,
  },
  channel: { key: sql`r.channel`, name: sql`NULL::text`, join: sql`` },
  location: {
    key: sql`r.location_id::text`,
    name: sql`max(l.name)`,
    join: sql`LEFT JOIN locations AS l ON l.id = r.location_id`,
  },
};

/** Redemptions by one criterion, with what they cost. A void counts as such on the day of its redemption. */
export async function report(centre: Centre, question: ReportQuestion): Promise<CentreReportRow[]> {
  const { by, zone, offerId, campaignId } = question;
  const from = startOfDate(zone, question.firstDay);
  const to = endOfDay(zone, question.lastDay);
  const day = sql`to_char(to_timestamp(r.redeemed_at / 1000.0) AT TIME ZONE ${zone}, 'YYYY-MM-DD')`;
  const { key, name, join } = by === 'day' ? { key: day, name: sql`NULL::text`, join: sql`` } : keys[by];
  const rows = await query<Record<string, string | number | null>>(
    centre.db,
    sql`
      SELECT ${key} AS key, ${name} AS name, r.currency,
        count(*) FILTER (WHERE r.status <> 'voided') AS redemptions,
        count(*) FILTER (WHERE r.status = 'voided') AS voided,
        count(*) FILTER (WHERE r.returned_minor > 0) AS refunded,
        count(DISTINCT r.customer) FILTER (WHERE r.status <> 'voided') AS customers,
        coalesce(sum(r.subtotal_minor) FILTER (WHERE r.status <> 'voided'), 0) AS subtotal_minor,
        coalesce(sum(r.discount_minor) FILTER (WHERE r.status <> 'voided'), 0) AS discount_minor,
        coalesce(sum(r.returned_minor) FILTER (WHERE r.status <> 'voided'), 0) AS returned_minor
      FROM redemptions AS r LEFT JOIN offers AS o ON o.id = r.offer_id ${join}
      WHERE r.redeemed_at BETWEEN ${from}::bigint AND ${to}::bigint
        ${offerId === undefined ? sql`` : sql`AND r.offer_id = ${offerId}::uuid`}
        ${campaignId === undefined ? sql`` : sql`AND o.terms ->> 'campaignId' = ${campaignId}`}
      GROUP BY 1, r.currency
      ORDER BY ${by === 'day' ? sql`1` : sql`discount_minor DESC, 1`}
      LIMIT ${MAX_REPORT_ROWS + 1}`,
  );
  const codes = await codesOf(
    centre,
    by,
    rows.flatMap((row) => (typeof row.key === 'string' ? [row.key] : [])),
  );
  return rows.map((row) => ({
    key: textOf(row.key),
    name: textOf(row.name),
    currency: String(row.currency),
    redemptions: Number(row.redemptions),
    voided: Number(row.voided),
    refunded: Number(row.refunded),
    customers: Number(row.customers),
    subtotalMinor: Number(row.subtotal_minor),
    discountMinor: Number(row.discount_minor),
    returnedMinor: Number(row.returned_minor),
    codes: codes.get(String(row.key))?.codes ?? null,
    codesUsed: codes.get(String(row.key))?.used ?? null,
  }));
}

function textOf(value: string | number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** The rate of a batch or an offer: how many of its codes were ever used, whenever that was. */
async function codesOf(
  centre: Centre,
  by: Grouping,
  ids: readonly string[],
): Promise<Map<string, { codes: number; used: number }>> {
  if ((by !== 'batch' && by !== 'offer') || ids.length === 0) return new Map();
  const column = by === 'batch' ? sql`batch_id` : sql`offer_id`;
  const rows = await query<{ id: string; codes: string; used: string }>(
    centre.db,
    sql`SELECT ${column}::text AS id, count(*) AS codes, count(*) FILTER (WHERE used > 0) AS used
        FROM coupons WHERE ${column} = ANY (${sql.param([...ids])}::uuid[]) GROUP BY 1`,
  );
  return new Map(rows.map((row) => [row.id, { codes: Number(row.codes), used: Number(row.used) }]));
}

/** How far locations are behind: what they have not sent yet is in no report. */
export async function behind(centre: Centre): Promise<{ locations: number; oldest: number | undefined }> {
  const [row] = await query<{ n: string; oldest: string | null }>(
    centre.db,
    sql`
      SELECT count(DISTINCT l.location_id) AS n, min(d.last_seen_at) AS oldest
      FROM ledgers AS l
      JOIN devices AS d ON d.ledger_id = l.id AND d.status = 'active'
      JOIN incarnations AS i ON i.ledger_id = l.id AND i.status = 'active'
      WHERE i.head_seq > i.acked_seq OR d.last_seen_at < ${centre.ports.now() - STALE_MS}`,
  );
  return { locations: Number(row?.n ?? 0), oldest: row?.oldest == null ? undefined : Number(row.oldest) };
}

/** Locations sync at night: one that was silent for longer has something to tell. */
const STALE_MS = 86_400_000;

/** Everything that a manager at a till sees of all locations, in one answer. */
export async function reportEverywhere(
  centre: Centre,
  { from, to, timeZone }: { readonly from: string; readonly to: string; readonly timeZone: string },
): Promise<CentreReport> {
  const by = {} as Record<Grouping, CentreReportRow[]>;
  let truncated = false;
  for (const grouping of groupings) {
    const rows = await report(centre, { by: grouping, firstDay: from, lastDay: to, zone: timeZone });
    truncated ||= rows.length > MAX_REPORT_ROWS;
    by[grouping] = rows.slice(0, MAX_REPORT_ROWS);
  }
  const { locations, oldest } = await behind(centre);
  return {
    asOf: centre.ports.now(),
    timeZone,
    locationsBehind: locations,
    ...(oldest === undefined ? {} : { behindSince: oldest }),
    by,
    truncated,
  };
}

/** The days that one report covers at the most. */
export const MAX_REPORT_DAYS = 400;
export const daysBetween = (from: string, to: string): number =>
  (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
