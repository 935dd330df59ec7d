import { z } from 'zod';
import { amountMinorSchema, currencySchema, instantSchema, timeZoneSchema } from './common.ts';

/** What the centre counts redemptions by. */
export const groupings = ['day', 'offer', 'campaign', 'batch', 'channel', 'location'] as const;
export type Grouping = (typeof groupings)[number];

const centreReportRowSchema = z.object({
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
  subtotalMinor: amountMinorSchema,
  discountMinor: amountMinorSchema,
  /** The part of the discounts that was on goods which came back. */
  returnedMinor: amountMinorSchema,
  /** Codes that were issued, and of them those used at least once; for batches and offers, else null. */
  codes: z.int().nullable(),
  codesUsed: z.int().nullable(),
});
export type CentreReportRow = z.output<typeof centreReportRowSchema>;

const rows = z.array(centreReportRowSchema);

/** Redemptions of all locations and channels in some days, as far as they are at the centre. */
export const centreReportSchema = z.object({
  /** When it was counted. */
  asOf: instantSchema,
  timeZone: timeZoneSchema,
  /** Locations with redemptions that are not at the centre yet, or that have been silent for a day. */
  locationsBehind: z.int(),
  behindSince: instantSchema.optional(),
  by: z.object(Object.fromEntries(groupings.map((name) => [name, rows])) as Record<Grouping, typeof rows>),
  /** There are more rows than a report holds. */
  truncated: z.boolean(),
});
export type CentreReport = z.output<typeof centreReportSchema>;
