import { z } from 'zod';
import {
  amountMinorSchema,
  idSchema,
  instantSchema,
  languageSchema,
  nameSchema,
  pageInput,
  pinSchema,
  timeZoneSchema,
  workInput,
} from '../common.ts';
import { operation } from '../operation.ts';
import { locationSchema, operatorRoleSchema, operatorSchema, taxModeSchema } from './setup.ts';

/** As many keys as fit a till's screen; more are looked for, not pressed. */
export const MAX_QUICK_KEYS = 24;

const oneLine = /^[^\p{Cc}\p{Cs}]*$/u;

/** An article that is rung up with one press, as offers know it. */
export const quickKeySchema = z.strictObject({
  id: idSchema,
  name: nameSchema,
  sku: z.string().trim().min(1).max(60).regex(oneLine),
  unitPriceMinor: amountMinorSchema.min(1),
  category: z.string().trim().min(1).max(60).regex(oneLine).optional(),
});
export type QuickKey = z.output<typeof quickKeySchema>;

/** One event of the chain, as it was written. */
const auditEventSchema = z.object({
  seq: z.int(),
  at: instantSchema,
  type: z.string(),
  operatorName: z.string().optional(),
  till: z.string().optional(),
  hash: z.string(),
  body: z.string(),
});
export type AuditEvent = z.output<typeof auditEventSchema>;

export const deskOperations = {
  'location.change': operation({
    summary: 'Changes name, till, zone, language or tax mode of this location. Its currency stays for good.',
    role: 'admin',
    input: z.strictObject({
      name: nameSchema,
      tillName: nameSchema,
      timeZone: timeZoneSchema,
      language: languageSchema,
      taxMode: taxModeSchema,
    }),
    output: locationSchema,
    errors: ['forbidden'],
  }),
  'operators.change': operation({
    summary:
      'Another name, role or PIN of a person; `removed` ends their sign-in for good. Their sessions end.',
    role: 'admin',
    input: z.strictObject({
      operatorId: idSchema,
      name: nameSchema,
      role: operatorRoleSchema,
      pin: pinSchema.optional(),
      removed: z.boolean().default(false),
    }),
    output: operatorSchema,
    errors: ['not_found', 'conflict', 'last_admin', 'pin_too_simple'],
  }),
  'quickKeys.list': operation({
    summary: 'The articles that are rung up with one press.',
    role: 'cashier',
    input: z.strictObject({}),
    output: z.object({ keys: z.array(quickKeySchema) }),
    errors: [],
  }),
  'quickKeys.save': operation({
    summary: 'Replaces all quick keys of this location, in the order in which they are shown.',
    role: 'manager',
    input: z.strictObject({ keys: z.array(quickKeySchema).max(MAX_QUICK_KEYS) }),
    output: z.object({ keys: z.array(quickKeySchema) }),
    errors: [],
  }),
  'audit.events': operation({
    summary: 'The chain of events, newest first, as it was written.',
    role: 'manager',
    input: z.strictObject({ ...pageInput }),
    output: z.object({ events: z.array(auditEventSchema), nextCursor: z.string().optional() }),
    errors: [],
  }),
  'work.cancel': operation({
    summary: 'Ends work that the caller named; whoever waits for it is refused with `cancelled`.',
    role: 'cashier',
    input: z.strictObject({ workId: idSchema }),
    output: z.object({}),
    errors: [],
  }),
  'audit.run': operation({
    summary: 'Follows the whole chain and compares what it says with every table that counts.',
    role: 'manager',
    input: z.strictObject({ ...workInput }),
    output: z.discriminatedUnion('whole', [
      z.object({
        whole: z.literal(true),
        events: z.int(),
        hash: z.string(),
        redemptions: z.int(),
        voided: z.int(),
      }),
      z.object({ whole: z.literal(false), seq: z.int().optional(), what: z.string() }),
    ]),
    errors: ['busy', 'cancelled'],
  }),
};
