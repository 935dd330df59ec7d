import { z } from 'zod';
import { centreReportSchema } from '../centre-reports.ts';
import {
  amountMinorSchema,
  channelSchema,
  currencySchema,
  idSchema,
  instantSchema,
  pageInput,
  timeZoneSchema,
} from '../common.ts';
import { errorCodes } from '../error-codes.ts';
import { operation } from '../operation.ts';
import { redemptionRowSchema } from './redemption.ts';

/** A little more than a year, so that two years' same months can be laid beside each other in two reports. */
export const MAX_REPORT_DAYS = 400;

const day = z.iso.date();

/** Which redemptions are counted: business days of the location, both inclusive, and what they have in common. */
const filterShape = {
  from: day,
  to: day,
  offerId: idSchema.optional(),
  campaignId: idSchema.optional(),
  channel: channelSchema.optional(),
  operatorId: idSchema.optional(),
  tillName: z.string().max(120).optional(),
};

const fitsOneReport = ({ from, to }: { from: string; to: string }) =>
  from <= to && (Date.parse(to) - Date.parse(from)) / 86_400_000 < MAX_REPORT_DAYS;
const tooLong = { path: ['to'], error: 'a report covers from one day to 400 days' };

const reportFilterSchema = z.strictObject(filterShape).refine(fitsOneReport, tooLong);
export type ReportFilter = z.output<typeof reportFilterSchema>;

const measures = {
  /** Redeemed and not voided. */
  redemptions: z.int(),
  voided: z.int(),
  /** What customers were given, of redemptions that were not voided. */
  discountMinor: amountMinorSchema,
  /** Sales in which at least one of them was redeemed, and what these were worth before and after discounts. */
  baskets: z.int(),
  subtotalMinor: amountMinorSchema,
  payableMinor: amountMinorSchema,
};
const measuresSchema = z.object(measures);
export type Measures = z.output<typeof measuresSchema>;

const reportRowSchema = z.object({
  /** Id, day, hour 0–23, ISO weekday 1–7, channel or name of a till. */
  key: z.string(),
  /** Of offers, campaigns and people; the rest is named by the reader's language. */
  name: z.string().optional(),
  ...measures,
});
export type ReportRow = z.output<typeof reportRowSchema>;

const rows = z.array(reportRowSchema);
export const dimensions = [
  'day',
  'weekday',
  'hour',
  'offer',
  'campaign',
  'channel',
  'till',
  'operator',
] as const;
export type Dimension = (typeof dimensions)[number];

/** What an owner should look at. None of it proves anything. */
export const signalKinds = ['guessing', 'voids', 'discounts'] as const;

export const reportOperations = {
  'reports.summary': operation({
    summary:
      'What was redeemed in some days, counted in every way that people ask for. Reads the ledger only.',
    role: 'manager',
    input: reportFilterSchema,
    output: z.object({
      /** The newest event that is counted, and when the counting was done. */
      asOf: instantSchema,
      timeZone: timeZoneSchema,
      currency: currencySchema,
      totals: measuresSchema,
      by: z.object(
        Object.fromEntries(dimensions.map((name) => [name, rows])) as Record<Dimension, typeof rows>,
      ),
      refusals: z.array(
        z.object({ code: z.enum(Object.keys(errorCodes) as [keyof typeof errorCodes]), count: z.int() }),
      ),
      /** Baskets that were entered and got no coupon, because each was refused; of the whole location. */
      without: z.object({ baskets: z.int(), subtotalMinor: amountMinorSchema }),
      /** History from elsewhere on these days, in none of the other figures; absent where there is none. */
      past: z.object({ redemptions: z.int(), takenBack: z.int(), discountMinor: z.int() }).optional(),
      operators: z.array(
        z.object({
          operatorId: idSchema,
          name: z.string(),
          redemptions: z.int(),
          voided: z.int(),
          refused: z.int(),
          unknownCodes: z.int(),
          averageDiscountMinor: amountMinorSchema,
          signals: z.array(z.enum(signalKinds)),
        }),
      ),
    }),
    errors: [],
  }),
  'reports.rows': operation({
    summary: 'The redemptions behind a figure, newest first.',
    role: 'manager',
    input: z.strictObject({ ...filterShape, ...pageInput }).refine(fitsOneReport, tooLong),
    output: z.object({
      redemptions: z.array(redemptionRowSchema.extend({ subtotalMinor: amountMinorSchema })),
      nextCursor: z.string().optional(),
    }),
    errors: [],
  }),
  'reports.everywhere': operation({
    summary: 'What all locations and channels redeemed in some days of this location. The centre counts it.',
    role: 'manager',
    input: z.strictObject({ from: day, to: day }).refine(fitsOneReport, tooLong),
    output: centreReportSchema,
    errors: ['not_enrolled', 'centre_unreachable', 'centre_refused', 'signature_invalid'],
  }),
  'reports.codes': operation({
    summary: 'How many codes of each batch were used, and which unused ones end soon.',
    role: 'manager',
    input: z.strictObject({ endingWithinDays: z.int().min(1).max(MAX_REPORT_DAYS).default(30) }),
    output: z.object({
      asOf: instantSchema,
      batches: z.array(
        z.object({
          batchId: idSchema,
          name: z.string(),
          offerName: z.string(),
          codes: z.int(),
          redeemed: z.int(),
          /** The last day or instant of its offer, where it has one. */
          lastDay: day.optional(),
          endsSoon: z.boolean(),
          over: z.boolean(),
        }),
      ),
    }),
    errors: [],
  }),
};
