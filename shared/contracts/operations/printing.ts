import { z } from 'zod';
import { idSchema, instantSchema, nameSchema } from '../common.ts';
import { operation } from '../operation.ts';
import { MAX_BATCH_CODES } from './batches.ts';

/** More receipts are several jobs: a roll of paper has an end. */
export const MAX_RECEIPTS = 200;

/** Speeds that serial receipt printers are set to. */
export const baudRates = [9600, 19_200, 38_400, 57_600, 115_200] as const;

const paperSchema = z.union([z.literal(58), z.literal(80)]);

/** How a receipt printer is reached. */
export const printerLinkSchema = z.discriminatedUnion('kind', [
  /** Raw bytes over the network, port 9100 on most. */
  z.strictObject({
    kind: z.literal('tcp'),
    host: z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/),
    port: z.int().min(1).max(65_535).default(9100),
  }),
  /** A serial or USB device of this machine, `/dev/usb/lp0` or `COM3`. */
  z.strictObject({
    kind: z.literal('device'),
    path: z.string().regex(/^(\/dev\/[\w/.-]{1,120}|COM\d{1,3})$/),
    /** Of a serial line; absent: as the system has set it. */
    baud: z.literal(baudRates).optional(),
  }),
  /** A queue of this machine's spooler, which passes the bytes on as they are. */
  z.strictObject({ kind: z.literal('spooler'), queue: z.string().regex(/^[A-Za-z0-9_.-]{1,120}$/) }),
]);
export type PrinterLink = z.output<typeof printerLinkSchema>;

export const printerSettingsSchema = z.strictObject({
  link: printerLinkSchema,
  /** Width of the paper in millimetres. */
  paperMm: paperSchema,
  /** A line under every coupon, such as the shop's address. */
  footer: z.string().trim().max(200).default(''),
});

const printerSchema = z.object({
  id: idSchema,
  name: z.string(),
  settings: printerSettingsSchema,
  waiting: z.int(),
  /** Why the newest attempt failed; it is tried again by itself. */
  problem: z.string().optional(),
});

export const printJobSchema = z.object({
  id: idSchema,
  printer: z.string(),
  document: z.enum(['receipts', 'slip']),
  /** Empty for the slip of a redemption. */
  batchName: z.string(),
  firstSerial: z.int().optional(),
  lastSerial: z.int().optional(),
  state: z.enum(['waiting', 'printed', 'cancelled']),
  isCopy: z.boolean(),
  attempts: z.int(),
  problem: z.string().optional(),
  createdAt: instantSchema,
  by: z.string(),
  till: z.string(),
});

const receiptLineSchema = z.object({
  text: z.string(),
  bold: z.literal(true).optional(),
  /** Twice as wide and as high. */
  double: z.literal(true).optional(),
  /** White on black. */
  inverted: z.literal(true).optional(),
});

const receiptPictureSchema = z.object({
  /** Of the paper's printed width; eight to a millimetre. */
  widthDots: z.int(),
  /** Characters of a line. */
  columns: z.int(),
  above: z.array(receiptLineSchema),
  /** SVG path data in dots; as wide as the paper. */
  symbol: z.object({ heightDots: z.int(), path: z.string() }),
  below: z.array(receiptLineSchema),
});

const job = { jobId: idSchema };

export const printingOperations = {
  'printers.list': operation({
    summary: 'Receipt printers of this till, with what waits for them.',
    role: 'cashier',
    input: z.strictObject({}),
    output: z.object({ printers: z.array(printerSchema) }),
    errors: [],
  }),
  'printers.save': operation({
    summary: 'Adds a receipt printer, or changes one.',
    role: 'manager',
    input: z.strictObject({ printerId: idSchema, name: nameSchema, settings: printerSettingsSchema }),
    output: z.object({ printers: z.array(printerSchema) }),
    errors: [],
  }),
  'printers.remove': operation({
    summary: 'Forgets a printer; what waits for it is cancelled.',
    role: 'manager',
    input: z.strictObject({ printerId: idSchema }),
    output: z.object({ printers: z.array(printerSchema) }),
    errors: ['not_found'],
  }),
  'print.receipts': operation({
    summary:
      'Puts coupons of a batch into the queue of a receipt printer. Serials that were printed before say COPY.',
    role: 'manager',
    input: z.strictObject({
      requestId: idSchema,
      printerId: idSchema,
      batchId: idSchema,
      firstSerial: z.int().min(1).max(MAX_BATCH_CODES),
      lastSerial: z.int().min(1).max(MAX_BATCH_CODES),
    }),
    output: printJobSchema,
    errors: ['not_found', 'conflict', 'payload_too_large'],
  }),
  'print.slip': operation({
    summary:
      'Puts the slip of a redemption into the queue of a receipt printer: codes, discount and what was paid. One that was printed before says COPY.',
    role: 'cashier',
    input: z.strictObject({ requestId: idSchema, printerId: idSchema, redemptionId: idSchema }),
    output: printJobSchema,
    errors: ['not_found', 'redemption_unknown', 'sale_unknown'],
  }),
  'receipts.preview': operation({
    summary: 'A coupon as it comes out of a receipt printer: the same lines and the same dots.',
    role: 'manager',
    input: z.strictObject({
      printerId: idSchema,
      batchId: idSchema,
      serial: z.int().min(1).max(MAX_BATCH_CODES),
    }),
    output: receiptPictureSchema,
    errors: ['not_found', 'conflict'],
  }),
  'print.queue': operation({
    summary: 'What waits for a printer, and what was printed last.',
    role: 'cashier',
    input: z.strictObject({}),
    output: z.object({ jobs: z.array(printJobSchema) }),
    errors: [],
  }),
  'print.cancel': operation({
    summary: 'Takes a job out of the queue.',
    role: 'cashier',
    input: z.strictObject(job),
    output: printJobSchema,
    errors: ['not_found', 'conflict'],
  }),
  'print.again': operation({
    summary: 'Prints a job once more, marked COPY.',
    role: 'manager',
    input: z.strictObject(job),
    output: printJobSchema,
    errors: ['not_found', 'conflict'],
  }),
  'print.log': operation({
    summary: 'Who printed which serials of a batch, when and on what; newest first.',
    role: 'manager',
    input: z.strictObject({ batchId: idSchema }),
    output: z.object({
      entries: z.array(
        z.object({
          at: instantSchema,
          by: z.string(),
          till: z.string(),
          firstSerial: z.int(),
          lastSerial: z.int(),
          /** A label template, or the name of a printer. */
          medium: z.string(),
          isCopy: z.boolean(),
        }),
      ),
    }),
    errors: ['not_found'],
  }),
};
