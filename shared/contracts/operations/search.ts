import { z } from 'zod';
import { amountMinorSchema, channelSchema, currencySchema, idSchema, instantSchema } from '../common.ts';
import { errorCodes } from '../error-codes.ts';
import { operation } from '../operation.ts';
import { codeStatusSchema } from './batches.ts';
import { offerStatusSchema } from './offers.ts';
import { customerSchema, MAX_CODE_INPUT, redemptionRowSchema } from './redemption.ts';
import { operatorRoleSchema } from './setup.ts';

/** The most hits of each kind: who finds more types another letter. */
export const MAX_HITS = 20;

const errorCodeSchema = z.enum(Object.keys(errorCodes) as [keyof typeof errorCodes]);
const customerKindSchema = z.enum(['phone', 'email', 'loyalty', 'user']);

/** A row of history from elsewhere. What a void or a refund took back is negative. */
const pastSchema = z.object({
  at: instantSchema,
  what: z.enum(['redemption', 'void', 'refund']),
  discountMinor: z.int(),
  currency: currencySchema,
  /** As the file says it; empty where it does not. */
  offerName: z.string(),
  operatorName: z.string(),
  tillName: z.string(),
});
export type PastEvent = z.output<typeof pastSchema>;

/** What happened to a code, newest first. */
const codeEventSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('redeemed'),
    at: instantSchema,
    redemptionId: idSchema,
    operatorName: z.string(),
    tillName: z.string(),
    channel: channelSchema,
    discountMinor: amountMinorSchema,
    subtotalMinor: amountMinorSchema,
    currency: currencySchema,
    voided: z.boolean(),
    /** The centre has acknowledged it. */
    sent: z.boolean(),
  }),
  z.object({
    kind: z.literal('voided'),
    at: instantSchema,
    redemptionId: idSchema,
    operatorName: z.string(),
    tillName: z.string(),
    reason: z.string(),
    sent: z.boolean(),
  }),
  z.object({
    kind: z.literal('refused'),
    at: instantSchema,
    operatorName: z.string(),
    code: errorCodeSchema,
  }),
  /** Goods of the sale came back; `refundMinor` is what the customer got. */
  z.object({
    kind: z.literal('refunded'),
    at: instantSchema,
    redemptionId: idSchema,
    operatorName: z.string(),
    tillName: z.string(),
    refundMinor: amountMinorSchema,
    currency: currencySchema,
    sent: z.boolean(),
  }),
  z.object({
    kind: z.literal('printed'),
    at: instantSchema,
    operatorName: z.string(),
    tillName: z.string(),
    /** A label template, or the name of a printer. */
    medium: z.string(),
    isCopy: z.boolean(),
  }),
  pastSchema.extend({ kind: z.literal('past'), line: z.int() }),
  z.object({ kind: z.literal('held'), at: instantSchema, until: instantSchema }),
  /** As the centre last said. */
  z.object({ kind: z.literal('elsewhere'), at: instantSchema, where: z.string() }),
  z.object({ kind: z.literal('issued'), at: instantSchema, operatorName: z.string() }),
]);
export type CodeEvent = z.output<typeof codeEventSchema>;

export const searchOperations = {
  'search.find': operation({
    summary: 'Codes, offers, campaigns, batches, people and customers that answer to a text.',
    role: 'manager',
    input: z.strictObject({ text: z.string().trim().min(1).max(MAX_CODE_INPUT) }),
    output: z.object({
      codes: z.array(
        z.object({ couponId: idSchema, code: z.string(), offerName: z.string(), status: codeStatusSchema }),
      ),
      offers: z.array(z.object({ offerId: idSchema, name: z.string(), status: offerStatusSchema })),
      campaigns: z.array(z.object({ campaignId: idSchema, name: z.string(), archived: z.boolean() })),
      batches: z.array(
        z.object({ batchId: idSchema, name: z.string(), offerName: z.string(), codes: z.int() }),
      ),
      people: z.array(z.object({ operatorId: idSchema, name: z.string(), role: operatorRoleSchema })),
      customers: z.array(z.object({ customerId: idSchema, kind: customerKindSchema, value: z.string() })),
      past: z.array(pastSchema.extend({ importId: idSchema, line: z.int(), code: z.string() })),
    }),
    errors: [],
  }),
  'search.code': operation({
    summary: 'One code: its terms, and everything that happened to it at this location.',
    role: 'manager',
    input: z.strictObject({ couponId: idSchema, cursor: z.string().max(40).optional() }),
    output: z.object({
      couponId: idSchema,
      code: z.string(),
      status: codeStatusSchema,
      offerId: idSchema,
      offerName: z.string(),
      offerStatus: offerStatusSchema,
      batch: z.object({ batchId: idSchema, name: z.string(), serial: z.int() }).optional(),
      maxUses: z.int().optional(),
      used: z.int(),
      usedElsewhere: z.int(),
      events: z.array(codeEventSchema),
      nextCursor: z.string().optional(),
    }),
    errors: ['not_found'],
  }),
  'search.customer': operation({
    summary: 'One customer: how they are known, and what they redeemed at this location.',
    role: 'manager',
    input: z.strictObject({ customerId: idSchema, cursor: z.string().max(40).optional() }),
    output: z.object({
      customerId: idSchema,
      kind: customerKindSchema,
      /** Absent once erased. */
      value: z.string().optional(),
      knownSince: instantSchema,
      redemptions: z.array(redemptionRowSchema),
      nextCursor: z.string().optional(),
    }),
    errors: ['not_found'],
  }),
  'customers.correct': operation({
    summary:
      'Another spelling of how a customer is known: a number typed wrong, a new address. They keep their history.',
    role: 'manager',
    input: z.strictObject({ customerId: idSchema, value: customerSchema.shape.value }),
    output: z.object({ value: z.string() }),
    errors: ['not_found', 'conflict'],
  }),
  'customers.erase': operation({
    summary:
      'Forgets how a customer is known. What they redeemed stays, under a pseudonym that nobody can read.',
    role: 'manager',
    input: z.strictObject({ customerId: idSchema }),
    output: z.object({}),
    errors: ['not_found'],
  }),
};
