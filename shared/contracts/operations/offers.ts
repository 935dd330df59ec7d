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
  /** By its days and limits and its campaign's: only an `open` one gives a discount, when it is not paused. */
  standing: z.enum(['open', 'later', 'over', 'used_up']),
  /** The day on which one that is `later` opens, as `2026-12-01`. */
  opensOn: z.string().optional(),
  /** Rights that this ledger may still spend; absent for an offer without a total limit. */
  usesLeftHere: z.int().optional(),
  codes: z.int(),
  /** Codes that everybody uses, as they are printed; no more than `MAX_SHOWN_CODES` of them. */
  sharedCodes: z.array(z.string()),
  /** This location may still write its terms. */
  mayChange: z.boolean(),
  campaignName: z.string().optional(),
  createdAt: instantSchema,
});

export const MAX_SHOWN_CODES = 5;

/** An offer of which only few uses are left at this till. */
export const lowOfferSchema = z.object({
  offerId: idSchema,
  name: z.string(),
  /** Its shared code, which is what staff call it by; absent where codes are unique. */
  code: z.string().optional(),
  usesLeftHere: z.int(),
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
    errors: ['conflict', 'code_malformed', 'currency_mismatch', 'not_found'],
  }),
  'offers.change': operation({
    summary: 'Writes the next version of an offer that this location still owns. Its total limit stays.',
    role: 'manager',
    input: z.strictObject({
      offerId: idSchema,
      /** The version that was changed; refused when somebody was faster. */
      version: z.int().min(1),
      draft: offerDraftSchema,
    }),
    output: offerRowSchema,
    errors: ['not_found', 'archived', 'stale_version', 'conflict', 'centre_decides', 'currency_mismatch'],
  }),
  'offers.archive': operation({
    summary: 'Ends an offer of this location for good. Its codes are refused from then on.',
    role: 'manager',
    input: z.strictObject({ offerId: idSchema }),
    output: offerRowSchema,
    errors: ['not_found', 'archived', 'centre_decides'],
  }),
  'offers.low': operation({
    summary: 'Running offers of which this till has few uses left, the scarcest first.',
    role: 'cashier',
    input: z.strictObject({}),
    output: z.object({ offers: z.array(lowOfferSchema) }),
    errors: [],
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
