import { z } from 'zod';
import { idSchema, instantSchema, nameSchema } from '../common.ts';
import { operation } from '../operation.ts';

/** A file of this size has some twenty million codes. */
export const MAX_IMPORT_BYTES = 2 * 1024 ** 3;
/** Of a file, in one call. */
export const MAX_PART_BYTES = 512 * 1024;
const MAX_COLUMNS = 200;

const columnSchema = z
  .int()
  .min(0)
  .max(MAX_COLUMNS - 1);

export const importEncodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
/** How a file says what it says: where the code of a row is, and what else it tells. Columns count from 0. */
export const importColumnsSchema = z.strictObject({
  code: columnSchema,
  /** How often the code may be used; empty cells: as the settings say. */
  uses: columnSchema.optional(),
  /** How often it was used already. */
  used: columnSchema.optional(),
  expires: columnSchema.optional(),
  /** Whether the other shop still takes the code: rows that it does not publish are left out. */
  status: columnSchema.optional(),
  /** Kind and amount of the discount: rows of other terms than the offer's are left out. */
  discountType: columnSchema.optional(),
  amount: columnSchema.optional(),
});

const settingsSchema = z.strictObject({
  offerId: idSchema,
  name: nameSchema,
  hasHeader: z.boolean(),
  columns: importColumnsSchema,
  /** Of a code whose row does not say; absent: as often as the offer allows. */
  usesPerCode: z.int().min(1).max(1_000_000).optional(),
});
export type ImportSettings = z.output<typeof settingsSchema>;

/** Why a row of a file is left out. */
export const rowFaults = [
  'empty',
  'malformed',
  'twice',
  'exists',
  'used_up',
  'expired',
  'inactive',
  'bad_number',
  'other_terms',
  'too_many',
] as const;
export type RowFault = (typeof rowFaults)[number];

/**
 * What a row says of a code that is taken and that codes here have no place for. `ends_later`, `ends_sooner`: the offer's
 * end holds, and it is at least a day after or before the code's own. `unread_end`: it cannot be read. `many_uses`: more
 * than a code may have.
 */
export const rowNotes = ['ends_later', 'ends_sooner', 'unread_end', 'many_uses'] as const;
export type RowNote = (typeof rowNotes)[number];

/** A column that nothing reads, and in how many good rows it says something. */
const unreadColumnSchema = z.object({
  name: z.string(),
  rows: z.int(),
  /** The other shop's rule for where, when or by whom a code may be used: here the offer's own rules hold. */
  limits: z.boolean(),
});

export const importReportSchema = z.object({
  rows: z.int(),
  good: z.int(),
  faults: z.partialRecord(z.enum(rowFaults), z.int()),
  notes: z.partialRecord(z.enum(rowNotes), z.int()).default({}),
  unread: z.array(unreadColumnSchema).default([]),
});
export type ImportReport = z.output<typeof importReportSchema>;

export const importSchema = z.object({
  id: idSchema,
  fileName: z.string(),
  bytes: z.int(),
  received: z.int(),
  /** `uploaded`: ready, checked or not. `failed`: it could not be read, and can be tried again. */
  state: z.enum(['uploading', 'uploaded', 'reading', 'importing', 'done', 'undone', 'failed']),
  /** Rows read so far, while it is read. */
  reading: z.int().optional(),
  report: importReportSchema.optional(),
  batchId: idSchema.optional(),
  createdAt: instantSchema,
});

const one = { importId: idSchema };

export const importOperations = {
  'imports.begin': operation({
    summary:
      'Announces a CSV file of codes that comes in parts; the same id goes on with one that was cut off.',
    role: 'manager',
    input: z.strictObject({
      ...one,
      fileName: z.string().min(1).max(200),
      bytes: z.int().min(1).max(MAX_IMPORT_BYTES),
    }),
    output: importSchema,
    errors: ['conflict'],
  }),
  'imports.upload': operation({
    summary: 'The next part of the file. A part that was received already is received again.',
    role: 'manager',
    input: z.strictObject({
      ...one,
      offset: z.int().min(0),
      base64: z.base64().max(Math.ceil(MAX_PART_BYTES / 3) * 4),
    }),
    output: importSchema,
    errors: ['not_found', 'conflict'],
  }),
  'imports.preview': operation({
    summary: 'What the file looks like: encoding, separator, first rows, and which column seems to be what.',
    role: 'manager',
    input: z.strictObject(one),
    output: z.object({
      encoding: z.enum(importEncodings),
      delimiter: z.string(),
      rows: z.array(z.array(z.string())),
      profile: z.enum(['plain', 'woocommerce']),
      hasHeader: z.boolean(),
      columns: importColumnsSchema,
    }),
    errors: ['not_found', 'conflict'],
  }),
  'imports.run': operation({
    summary: 'Reads the whole file. A dry run only reports; otherwise its good rows become a batch.',
    role: 'manager',
    input: z.strictObject({ ...one, settings: settingsSchema, dryRun: z.boolean() }),
    output: importSchema,
    errors: ['not_found', 'conflict', 'archived'],
  }),
  'imports.get': operation({
    summary: 'How far an import is.',
    role: 'manager',
    input: z.strictObject(one),
    output: importSchema,
    errors: ['not_found'],
  }),
  'imports.faults': operation({
    summary: 'The rows that were left out, with the reason of each, as CSV.',
    role: 'manager',
    input: z.strictObject(one),
    output: z.object({ fileName: z.string(), mime: z.literal('text/csv'), base64: z.string() }),
    errors: ['not_found'],
  }),
  'imports.undo': operation({
    summary: 'Takes the codes of an import out again, as long as none of them was redeemed.',
    role: 'manager',
    input: z.strictObject(one),
    output: importSchema,
    errors: ['not_found', 'conflict'],
  }),
  'batches.export': operation({
    summary:
      'The codes of a batch as CSV, a part at a time; cells that a spreadsheet would compute are defused.',
    role: 'manager',
    input: z.strictObject({ batchId: idSchema, after: z.int().min(0).default(0) }),
    output: z.object({
      fileName: z.string(),
      mime: z.literal('text/csv'),
      base64: z.string(),
      /** The last serial of this part; absent when it was the last part. */
      next: z.int().optional(),
    }),
    errors: ['not_found'],
  }),
};
