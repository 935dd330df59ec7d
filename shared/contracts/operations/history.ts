import { z } from 'zod';
import { idSchema, instantSchema, pinSchema, workInput } from '../common.ts';
import { operation } from '../operation.ts';

/** More rows do not go into one file; ask for a shorter time. */
export const MAX_HISTORY_ROWS = 50_000;

/** Why a row of a history from elsewhere is left out. */
export const pastFaults = [
  'empty',
  'malformed',
  'bad_time',
  'future',
  'bad_amount',
  'bad_what',
  'other_currency',
  'exists',
  'own',
] as const;
export type PastFault = (typeof pastFaults)[number];

const pastReportSchema = z.object({
  rows: z.int(),
  good: z.int(),
  faults: z.partialRecord(z.enum(pastFaults), z.int()),
  /** Of the good rows. */
  firstDay: z.iso.date().optional(),
  lastDay: z.iso.date().optional(),
});
export type PastReport = z.output<typeof pastReportSchema>;

/** A year of daily ones. */
export const MAX_KEPT_BACKUPS = 366;

export const backupSchema = z.object({ fileName: z.string(), bytes: z.int(), at: instantSchema });

export const historyOperations = {
  'history.export': operation({
    summary: 'Redemptions and voids of a time as CSV, for accountants: one row for each event, oldest first.',
    role: 'manager',
    input: z.union([
      z
        .strictObject({ from: instantSchema, to: instantSchema, ...workInput })
        .refine(({ from, to }) => from <= to, { path: ['to'], error: 'ends before it starts' }),
      /** Days of the location, both inclusive. */
      z
        .strictObject({ firstDay: z.iso.date(), lastDay: z.iso.date(), ...workInput })
        .refine(({ firstDay, lastDay }) => firstDay <= lastDay, {
          path: ['lastDay'],
          error: 'ends before it starts',
        }),
    ]),
    output: z.object({
      fileName: z.string(),
      mime: z.literal('text/csv'),
      /** UTF-8 with a byte order mark, so that spreadsheets read accents. */
      base64: z.string(),
      rows: z.int(),
    }),
    errors: ['payload_too_large', 'cancelled'],
  }),
  'history.import': operation({
    summary:
      'Reads a file that came by `imports.upload`: what another system or till redeemed, in the columns of `history.export`. Reports and searches show it; no limit counts it. A dry run only reports. The same file, or the same row, is taken once.',
    role: 'manager',
    input: z.strictObject({ importId: idSchema, dryRun: z.boolean(), ...workInput }),
    output: pastReportSchema.extend({ imported: z.boolean() }),
    errors: ['not_found', 'conflict', 'columns_missing', 'payload_too_large', 'cancelled'],
  }),
  'history.imports': operation({
    summary: 'The files of history from elsewhere, newest first.',
    role: 'manager',
    input: z.strictObject({}),
    output: z.object({
      imports: z.array(
        z.object({ importId: idSchema, fileName: z.string(), rows: z.int(), at: instantSchema }),
      ),
    }),
    errors: [],
  }),
  'history.undoImport': operation({
    summary: 'Takes the rows of such a file out again.',
    role: 'manager',
    input: z.strictObject({ importId: idSchema }),
    output: z.object({}),
    errors: ['not_found'],
  }),
  'backup.now': operation({
    summary: 'Writes an encrypted copy of the ledger beside its folder. One is made each day without asking.',
    role: 'manager',
    input: z.strictObject({}),
    output: backupSchema,
    errors: [],
  }),
  'backup.list': operation({
    summary: 'The copies that are kept, newest first.',
    role: 'manager',
    input: z.strictObject({}),
    output: z.object({
      folder: z.string(),
      backups: z.array(backupSchema),
      /** So many are kept; the oldest goes when a new one is there. */
      kept: z.int(),
      /** The newest try, where it failed. */
      failure: z.object({ at: instantSchema, code: z.string() }).optional(),
    }),
    errors: [],
  }),
  'backup.restore': operation({
    summary:
      'The next start puts this backup in the place of the ledger, which is kept beside it. What was redeemed since is not in it.',
    role: 'admin',
    input: z.strictObject({ fileName: z.string().max(200), pin: pinSchema }),
    output: z.object({ fileName: z.string() }),
    errors: ['not_found', 'wrong_pin', 'throttled', 'forbidden'],
  }),
  'backup.keep': operation({
    summary: 'How many backups are kept beside the ledger. Older ones go with the next backup.',
    role: 'manager',
    input: z.strictObject({ kept: z.int().min(1).max(MAX_KEPT_BACKUPS) }),
    output: z.object({ kept: z.int() }),
    errors: [],
  }),
};
