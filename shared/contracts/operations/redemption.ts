import { z } from 'zod';
import { basketSchema } from '../basket.ts';
import {
  amountMinorSchema,
  channelSchema,
  currencySchema,
  idSchema,
  instantSchema,
  pageInput,
} from '../common.ts';
import { operation } from '../operation.ts';
import { refusalSchema } from '../refusal.ts';

/** The most codes that one basket may carry. */
export const MAX_CODES_PER_BASKET = 10;
/** The longest input that is read as a code at all; a signed token has about 180 characters. */
export const MAX_CODE_INPUT = 500;

/** How a customer names themselves; different identifiers are different customers until linked. */
export const customerSchema = z.strictObject({
  kind: z.enum(['phone', 'email', 'loyalty', 'user']),
  value: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u),
});

const couponDecisionSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('accepted'),
    entered: z.string(),
    /** The code as it is printed, grouped. */
    code: z.string(),
    offerId: idSchema,
    offerVersion: z.int(),
    offerName: z.string(),
    discountMinor: amountMinorSchema,
    /** Uses that this till may still give for a limited offer. */
    usesLeftHere: z.int().optional(),
  }),
  z.object({
    status: z.literal('refused'),
    entered: z.string(),
    code: z.string().optional(),
    offerId: idSchema.optional(),
    offerName: z.string().optional(),
    refusal: refusalSchema,
  }),
]);

export const checkResultSchema = z.object({
  basketId: idSchema,
  coupons: z.array(couponDecisionSchema),
  /** Offers that apply beside the codes without one. */
  automatic: z
    .array(
      z.object({
        offerId: idSchema,
        offerVersion: z.int(),
        offerName: z.string(),
        discountMinor: amountMinorSchema,
      }),
    )
    .optional(),
  currency: currencySchema,
  subtotalMinor: amountMinorSchema,
  discountMinor: amountMinorSchema,
  payableMinor: amountMinorSchema,
  lines: z.array(
    z.object({ id: z.string(), discountMinor: amountMinorSchema, payableMinor: amountMinorSchema }),
  ),
  /** Until when the uses are held for this basket; absent when nothing had to be held. */
  reservedUntil: instantSchema.optional(),
});
export type CheckResult = z.output<typeof checkResultSchema>;

export const redemptionStatusSchema = z.enum(['redeemed', 'partly_refunded', 'refunded', 'voided']);

export const redemptionRowSchema = z.object({
  id: idSchema,
  basketId: idSchema,
  /** As printed; empty for an offer that needs no code. */
  code: z.string(),
  offerId: idSchema,
  offerName: z.string(),
  channel: channelSchema,
  status: redemptionStatusSchema,
  discountMinor: amountMinorSchema,
  currency: currencySchema,
  operatorId: idSchema,
  operatorName: z.string(),
  tillName: z.string(),
  redeemedAt: instantSchema,
  voidedAt: instantSchema.optional(),
  /** The part of the discount that was on goods which came back. */
  returnedMinor: amountMinorSchema.optional(),
});

/** The most lines that one refund names; a basket has no more. */
const MAX_RETURNED_LINES = 10_000;

const reasonSchema = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u);

const returnedGoods = {
  /** Any redemption of the sale. */
  redemptionId: idSchema,
  lines: z
    .array(z.strictObject({ lineId: z.string().min(1), units: z.int().min(1) }))
    .max(MAX_RETURNED_LINES)
    .refine((lines) => new Set(lines.map(({ lineId }) => lineId)).size === lines.length, {
      error: 'a line is named once',
    }),
  shippingIds: z.array(z.string().min(1)).max(MAX_RETURNED_LINES).default([]),
};

export const refundSchema = z.object({
  basketId: idSchema,
  currency: currencySchema,
  /** What the customer gets now. */
  refundMinor: amountMinorSchema,
  /** Discount on what is kept that the return cost: it is in `refundMinor` already. */
  clawedBackMinor: amountMinorSchema,
  lines: z.array(
    z.object({
      lineId: z.string(),
      units: z.int(),
      priceMinor: amountMinorSchema,
      discountMinor: amountMinorSchema,
      tenderMinor: amountMinorSchema,
    }),
  ),
  shippingIds: z.array(z.string()),
  /** Codes whose use is given back. */
  usesBack: z.array(idSchema),
});

export const saleSchema = z.object({
  basketId: idSchema,
  currency: currencySchema,
  payableMinor: amountMinorSchema,
  refundedMinor: amountMinorSchema,
  lines: z.array(
    z.object({
      lineId: z.string(),
      sku: z.string(),
      name: z.string().optional(),
      unitPriceMinor: amountMinorSchema,
      qty: z.int(),
      returned: z.int(),
      /** Off the whole line. */
      discountMinor: amountMinorSchema,
    }),
  ),
  shipping: z.array(
    z.object({ shippingId: z.string(), amountMinor: amountMinorSchema, isReturned: z.boolean() }),
  ),
  redemptions: z.array(redemptionRowSchema),
});

export const redemptionOperations = {
  'redemption.check': operation({
    summary:
      'Judges codes, and the offers that need none, against the open basket and holds a use of every limited offer that was accepted. Checking the same basket again keeps its holds and lets go of codes that were taken off.',
    role: 'cashier',
    input: z.strictObject({
      basketId: idSchema,
      basket: basketSchema,
      /** None: only the offers that need no code are judged. */
      codes: z.array(z.string().min(1).max(MAX_CODE_INPUT)).max(MAX_CODES_PER_BASKET),
      channel: channelSchema.default('pos'),
      customer: customerSchema.optional(),
      /** A manager's PIN, to accept at risk what the offer's offline bounds would refuse (`manager_required`). */
      managerPin: z.string().max(12).optional(),
    }),
    output: checkResultSchema,
    errors: [
      'basket_completed',
      'throttled',
      'wrong_pin',
      'clock_fault',
      'currency_mismatch',
      'payload_too_large',
    ],
  }),
  'redemption.customer': operation({
    summary:
      'How a customer is known, as the ledger writes it: `030 1234567` is `+49301234567` in a German shop. Nothing is kept.',
    role: 'cashier',
    input: z.strictObject({ customer: customerSchema }),
    output: z.object({ customer: customerSchema }),
    errors: ['customer_unreadable'],
  }),
  'redemption.confirm': operation({
    summary: 'Commits the accepted codes of the basket as last checked. A retry gives the first answer.',
    role: 'cashier',
    input: z.strictObject({ basketId: idSchema }),
    output: z.object({
      basketId: idSchema,
      redemptions: z.array(redemptionRowSchema),
      currency: currencySchema,
      subtotalMinor: amountMinorSchema,
      discountMinor: amountMinorSchema,
      payableMinor: amountMinorSchema,
      redeemedAt: instantSchema,
    }),
    errors: [
      'reservation_expired',
      'reservation_unknown',
      'nothing_to_redeem',
      'code_void',
      'already_redeemed',
      'exhausted',
      'no_lease_here',
      'home_unreachable',
      'clock_fault',
    ],
  }),
  'redemption.release': operation({
    summary: 'Lets go of everything held for an open basket. Releasing twice is no error.',
    role: 'cashier',
    input: z.strictObject({ basketId: idSchema }),
    output: z.object({ released: z.int() }),
    errors: ['basket_completed'],
  }),
  'redemption.pending': operation({
    summary:
      'Baskets that an interrupted till left open with something held. `redemption.confirm` redeems one as it was judged, `redemption.release` lets it go; untouched, it ends when its hold does.',
    role: 'cashier',
    input: z.strictObject({}),
    output: z.object({
      baskets: z.array(
        z.object({
          basketId: idSchema,
          checkedAt: instantSchema,
          heldUntil: instantSchema,
          operatorName: z.string(),
          /** The code is empty for an automatic offer. */
          coupons: z.array(
            z.object({ code: z.string(), offerName: z.string(), discountMinor: amountMinorSchema }),
          ),
          currency: currencySchema,
          payableMinor: amountMinorSchema,
        }),
      ),
    }),
    errors: [],
  }),
  'redemption.void': operation({
    summary:
      'Takes back a redemption: the use returns to where it came from. The same `voidId` again gives the first answer.',
    role: 'cashier',
    input: z.strictObject({
      redemptionId: idSchema,
      /** The caller's name for this void of this redemption; without one, a second try is refused. */
      voidId: idSchema.optional(),
      reason: reasonSchema,
      /** A manager's PIN, when the caller may not void this one alone. */
      managerPin: z.string().max(12).optional(),
    }),
    output: redemptionRowSchema,
    errors: [
      'redemption_unknown',
      'already_voided',
      'already_refunded',
      'void_window_closed',
      'manager_required',
      'wrong_pin',
      'throttled',
    ],
  }),
  'redemption.sale': operation({
    summary: 'What was sold with a redemption, and what of it has come back.',
    role: 'cashier',
    input: z.strictObject({ redemptionId: idSchema }),
    output: saleSchema,
    errors: ['redemption_unknown', 'sale_unknown'],
  }),
  'redemption.quoteRefund': operation({
    summary: 'What a refund of these goods would give back. Nothing is written.',
    role: 'cashier',
    input: z.strictObject(returnedGoods),
    output: refundSchema,
    errors: ['redemption_unknown', 'sale_unknown', 'already_voided', 'already_refunded', 'more_than_sold'],
  }),
  'redemption.refund': operation({
    summary:
      'Goods come back: gives back what was paid for them by the shares recorded with each unit. The same `refundId` again gives the first answer.',
    role: 'cashier',
    input: z.strictObject({
      refundId: idSchema,
      ...returnedGoods,
      reason: reasonSchema,
      /** A manager's PIN, when the caller is a cashier. */
      managerPin: z.string().max(12).optional(),
    }),
    output: refundSchema.extend({ refundId: idSchema, refundedAt: instantSchema }),
    errors: [
      'redemption_unknown',
      'sale_unknown',
      'already_voided',
      'already_refunded',
      'more_than_sold',
      'conflict',
      'payload_too_large',
      'manager_required',
      'wrong_pin',
      'throttled',
    ],
  }),
  'redemption.recent': operation({
    summary: 'Redemptions of this location, newest first.',
    role: 'cashier',
    input: z.strictObject({ ...pageInput }),
    output: z.object({ redemptions: z.array(redemptionRowSchema), nextCursor: z.string().optional() }),
    errors: [],
  }),
};
