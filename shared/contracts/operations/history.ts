import { z } from 'zod';
import { instantSchema, pinSchema, workInput } from '../common.ts';
import { operation } from '../operation.ts';

/** More rows do not go into one file; ask for a shorter time. */
export const MAX_HISTORY_ROWS = 50_000;

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
