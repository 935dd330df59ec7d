import { z } from 'zod';
import { type CentreReportRow, groupings } from '../../shared/contracts/centre-reports.ts';
import { currencySchema, idSchema, timeZoneSchema } from '../../shared/contracts/common.ts';
import { DAY_MS } from '../../shared/kernel/instant.ts';
import { requireScope } from '../access/caller.ts';
import type { Centre } from '../centre.ts';
import { refuse } from '../problem.ts';
import { wallTimeAt } from '../redemptions/wall-time.ts';
import { byKey, instantText, problems, type Routes } from '../routes.ts';
import { behind, daysBetween, MAX_REPORT_DAYS, MAX_REPORT_ROWS, report } from './report.ts';

const DEFAULT_DAYS = 30;
const day = z.iso.date();

const rowResource = z.object({
  /** The day, or the id of what is counted; null for redemptions without one. */
  key: z.string().nullable(),
  name: z.string().nullable(),
  currency: currencySchema,
  /** Redeemed and not voided. */
  redemptions: z.int(),
  voided: z.int(),
  /** Redemptions of which goods came back. */
  refunded: z.int(),
  /** Named customers. */
  customers: z.int(),
  subtotal_minor: z.int(),
  discount_minor: z.int(),
  returned_minor: z.int(),
  /** What the discounts cost in the end. */
  cost_minor: z.int(),
  /** Codes of the batch or offer, how many were ever used, and the share of them; null for other groups. */
  codes: z.int().nullable(),
  codes_used: z.int().nullable(),
  rate: z.number().nullable(),
});

function toRow(row: CentreReportRow): z.output<typeof rowResource> {
  return {
    key: row.key,
    name: row.name,
    currency: row.currency,
    redemptions: row.redemptions,
    voided: row.voided,
    refunded: row.refunded,
    customers: row.customers,
    subtotal_minor: row.subtotalMinor,
    discount_minor: row.discountMinor,
    returned_minor: row.returnedMinor,
    cost_minor: row.discountMinor - row.returnedMinor,
    codes: row.codes,
    codes_used: row.codesUsed,
    rate: row.codes === null || row.codesUsed === null || row.codes === 0 ? null : row.codesUsed / row.codes,
  };
}

export function reportRoutes(app: Routes, centre: Centre): void {
  app.get(
    '/api/reports/redemptions',
    {
      onRequest: requireScope(centre, 'read'),
      schema: {
        summary: 'Redemptions and what they cost, by day, offer, campaign, batch, channel or location.',
        tags: ['reports'],
        security: byKey,
        querystring: z.strictObject({
          group_by: z.enum(groupings).default('day'),
          /** Both days inclusive, in `time_zone`; without, the last 30. */
          from: day.optional(),
          to: day.optional(),
          /** Without, the centre's. */
          time_zone: timeZoneSchema.optional(),
          offer_id: idSchema.optional(),
          campaign_id: idSchema.optional(),
        }),
        response: {
          200: z.object({
            group_by: z.enum(groupings),
            from: z.string(),
            to: z.string(),
            time_zone: z.string(),
            /** When it was counted. */
            data_as_of: z.string(),
            /** Locations with redemptions that are not here yet, or that have been silent for a day. */
            locations_behind: z.int(),
            behind_since: z.string().nullable(),
            rows: z.array(rowResource),
            /** There are more rows than a report holds: narrow it down. */
            truncated: z.boolean(),
          }),
          ...problems(401, 403, 422),
        },
      },
    },
    async ({ query }) => {
      const now = centre.ports.now();
      const zone = query.time_zone ?? centre.config.time_zone;
      const today = wallTimeAt(zone, now)?.date;
      if (today === undefined) throw refuse('invalid_input', { why: `unknown time zone ${zone}` });
      const to = query.to ?? today;
      const from = query.from ?? dayBefore(to, DEFAULT_DAYS - 1);
      refuseOtherSpans(from, to);
      const rows = await report(centre, {
        by: query.group_by,
        firstDay: from,
        lastDay: to,
        zone,
        offerId: query.offer_id,
        campaignId: query.campaign_id,
      });
      const { locations, oldest } = await behind(centre);
      return {
        group_by: query.group_by,
        from,
        to,
        time_zone: zone,
        data_as_of: instantText(now),
        locations_behind: locations,
        behind_since: oldest === undefined ? null : instantText(oldest),
        rows: rows.slice(0, MAX_REPORT_ROWS).map(toRow),
        truncated: rows.length > MAX_REPORT_ROWS,
      };
    },
  );
}

/** @throws RefusedError unless the days are in order and fit one report */
export function refuseOtherSpans(from: string, to: string): void {
  const days = daysBetween(from, to);
  if (days < 1 || days > MAX_REPORT_DAYS)
    throw refuse('invalid_input', { why: `from 1 to ${MAX_REPORT_DAYS} days, not ${days}` });
}

function dayBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * DAY_MS).toISOString().slice(0, 10);
}
