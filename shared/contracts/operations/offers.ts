import { z } from 'zod';
import { idSchema, instantSchema, nameSchema, pageInput } from '../common.ts';
import { offerDraftSchema, offerSchema } from '../offer.ts';
import { operation } from '../operation.ts';

export const offerStatusSchema = z.enum(['active', 'paused', 'archived']);

export const offerRowSchema = z.object({
  offer: offerSchema,
  status: offerStatusSchema,
  /** `here`: this ledger writes it until its first push; `centre`: only the centre changes it. */
  origin: z.enum(['here', 'centre']),
  /** Committed and not voided, as far as this ledger knows. */
  uses: z.int(),
  /** Rights that this ledger may still spend; absent for an offer without a total limit. */
  usesLeftHere: z.int().optional(),
  codes: z.int(),
  createdAt: instantSchema,
});

export const offerOperations = {
  'offers.create': operation({
    summary:
      'Makes an offer of this location. With `sharedCode`, one code that everybody uses is made with it.',
    role: 'manager',
    input: z.strictObject({
      requestId: idSchema,
      draft: offerDraftSchema,
      sharedCode: nameSchema.optional(),
    }),
    output: offerRowSchema,
    errors: ['conflict', 'code_malformed', 'currency_mismatch'],
  }),
  'offers.list': operation({
    summary: 'Offers that this location knows, newest first.',
    role: 'cashier',
    input: z.strictObject({ ...pageInput, status: offerStatusSchema.optional() }),
    output: z.object({ offers: z.array(offerRowSchema), nextCursor: z.string().optional() }),
    errors: [],
  }),
  'offers.get': operation({
    summary: 'One offer.',
    role: 'cashier',
    input: z.strictObject({ offerId: idSchema }),
    output: offerRowSchema,
    errors: ['not_found'],
  }),
  'offers.setPaused': operation({
    summary: 'Pauses an offer at this location, or lets it go on. Works without the centre.',
    role: 'manager',
    input: z.strictObject({ offerId: idSchema, paused: z.boolean() }),
    output: offerRowSchema,
    errors: ['not_found', 'archived'],
  }),
};
