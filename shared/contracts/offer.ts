import { z } from 'zod';
import type { Offer } from '../engine/offer.ts';
import { currencySchema, idSchema, instantSchema, nameSchema, timeZoneSchema } from './common.ts';
import type { ReadonlyDeep, SameType } from './same-type.ts';

/** No single amount of an offer or a basket is larger: sums of all bounds stay far below 2^53. */
export const MAX_OFFER_AMOUNT_MINOR = 1_000_000_000_000;
const MAX_LIST = 1_000;
const MAX_BENEFITS = 8;
const MAX_CONDITIONS = 32;
const MAX_TIERS = 50;
const MAX_WINDOWS = 32;
const MAX_QTY = 100_000;
const MAX_USES = 1_000_000_000;
const FULL_BP = 10_000;
const DAY_MINUTES = 1_440;
const MAX_PRIORITY = 1_000_000;
const MAX_LANE = 9;
const MAX_TRIAL_DAYS = 3_650;
const MAX_BILLING_CYCLES = 1_200;

const amount = z.int().min(0).max(MAX_OFFER_AMOUNT_MINOR);
const positiveAmount = z.int().min(1).max(MAX_OFFER_AMOUNT_MINOR);
const qty = z.int().min(1).max(MAX_QTY);
const uses = z.int().min(1).max(MAX_USES);
const percentBp = z.int().min(1).max(FULL_BP);
const text = z.string().min(1).max(200);
const texts = z.array(text).min(1).max(MAX_LIST);
const day = z.iso.date();

const itemMatch = z
  .strictObject({
    skus: texts.optional(),
    categories: texts.optional(),
    brands: texts.optional(),
    tags: texts.optional(),
    unitPriceFromMinor: amount.optional(),
    unitPriceToMinor: amount.optional(),
  })
  .refine((m) => Object.values(m).some((list) => list !== undefined), { error: 'names nothing' })
  .refine((m) => (m.unitPriceFromMinor ?? 0) <= (m.unitPriceToMinor ?? Number.MAX_SAFE_INTEGER), {
    path: ['unitPriceToMinor'],
    error: 'below unitPriceFromMinor',
  });

export const selectorSchema = z.strictObject({
  include: itemMatch.optional(),
  exclude: itemMatch.optional(),
});

const base = z.enum(['sequential', 'original']);
const pick = z.enum(['cheapest', 'dearest', 'first']);

const unitPick = z
  .strictObject({ pick, maxUnits: qty, perLine: z.boolean().optional(), groupsOf: qty.optional() })
  .refine((units) => (units.groupsOf ?? 1) <= units.maxUnits, {
    path: ['groupsOf'],
    error: 'a group is larger than maxUnits',
  });

const target = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('order'), select: selectorSchema.optional() }),
  z.strictObject({
    scope: z.literal('items'),
    select: selectorSchema.optional(),
    units: unitPick.optional(),
  }),
  z.strictObject({ scope: z.literal('shipping'), methods: texts.optional() }),
]);

const tier = z.union([
  z.strictObject({ from: amount, percentBp }),
  z.strictObject({ from: amount, amountMinor: positiveAmount }),
]);

const tiers = z
  .array(tier)
  .min(1)
  .max(MAX_TIERS)
  .superRefine((list, context) => {
    for (let i = 1; i < list.length; i++) {
      if ((list[i]?.from ?? 0) <= (list[i - 1]?.from ?? 0)) {
        context.addIssue({ code: 'custom', path: [i, 'from'], message: 'must be above the tier before it' });
      }
    }
  });

export const benefitSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('percent'),
    percentBp,
    target,
    base,
    maxDiscountMinor: positiveAmount.optional(),
  }),
  z
    .strictObject({
      type: z.literal('fixed'),
      amountMinor: positiveAmount,
      per: z.enum(['total', 'line', 'unit']),
      target,
      maxDiscountMinor: positiveAmount.optional(),
    })
    .refine((b) => b.per === 'total' || b.target.scope === 'items', {
      path: ['per'],
      error: 'only an items target has lines and units',
    }),
  z.strictObject({
    type: z.literal('fixed_price'),
    priceMinor: amount,
    target,
    maxDiscountMinor: positiveAmount.optional(),
  }),
  z.strictObject({
    type: z.literal('bundle_price'),
    qty,
    priceMinor: amount,
    select: selectorSchema.optional(),
    pick,
    maxTimes: qty.optional(),
  }),
  z.strictObject({
    type: z.literal('free_shipping'),
    methods: texts.optional(),
    maxDiscountMinor: positiveAmount.optional(),
  }),
  z.strictObject({
    type: z.literal('buy_get'),
    buy: z.strictObject({ qty, select: selectorSchema.optional() }),
    get: z.strictObject({
      qty,
      select: selectorSchema.optional(),
      pick: z.enum(['cheapest', 'dearest', 'first', 'grouped']),
    }),
    percentBp,
    maxTimes: qty.optional(),
    maxDiscountMinor: positiveAmount.optional(),
  }),
  z.strictObject({
    type: z.literal('tiered'),
    measure: z.enum(['spend', 'quantity']),
    tiers,
    target,
    base,
    maxDiscountMinor: positiveAmount.optional(),
  }),
]);

const hoursWindow = z
  .strictObject({
    weekdays: z.array(z.int().min(1).max(7)).min(1).max(7),
    fromMinute: z
      .int()
      .min(0)
      .max(DAY_MINUTES - 1),
    toMinute: z.int().min(0).max(DAY_MINUTES),
  })
  .refine((w) => w.fromMinute !== w.toMinute, { path: ['toMinute'], error: 'an empty window' });

const domain = z
  .string()
  .max(253)
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);

export const conditionSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('min_spend'),
    amountMinor: positiveAmount,
    select: selectorSchema.optional(),
    measure: z.enum(['before_discounts', 'after_discounts']),
  }),
  z.strictObject({
    type: z.literal('max_spend'),
    amountMinor: positiveAmount,
    select: selectorSchema.optional(),
  }),
  z.strictObject({
    type: z.literal('min_quantity'),
    qty,
    select: selectorSchema.optional(),
    onOneLine: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('has_items'), select: selectorSchema }),
  z.strictObject({ type: z.literal('channels'), channels: texts }),
  z.strictObject({ type: z.literal('locations'), locationIds: texts }),
  z.strictObject({ type: z.literal('segments'), segments: texts }),
  z.strictObject({ type: z.literal('email_domains'), domains: z.array(domain).min(1).max(MAX_LIST) }),
  z.strictObject({ type: z.literal('customer_required') }),
  z.strictObject({ type: z.literal('first_purchase') }),
  z.strictObject({ type: z.literal('nth_purchase'), n: z.int().min(1).max(MAX_USES) }),
  z.strictObject({
    type: z.literal('hours'),
    zone: timeZoneSchema,
    windows: z.array(hoursWindow).min(1).max(MAX_WINDOWS),
  }),
  z.strictObject({ type: z.literal('attribute'), attribute: text, values: texts }),
]);

const validity = z
  .strictObject({
    startsAt: instantSchema.optional(),
    endsAt: instantSchema.optional(),
    days: z.strictObject({ zone: timeZoneSchema, first: day.optional(), last: day.optional() }).optional(),
    afterIssueMs: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  })
  .refine((v) => (v.startsAt ?? 0) <= (v.endsAt ?? Number.MAX_SAFE_INTEGER), {
    path: ['endsAt'],
    error: 'ends before it starts',
  })
  .refine((v) => !v.days?.first || !v.days.last || v.days.first <= v.days.last, {
    path: ['days', 'last'],
    error: 'ends before it starts',
  });

const limits = z.strictObject({
  total: uses.optional(),
  perCustomer: uses.optional(),
  perLocation: uses.optional(),
  perDay: uses.optional(),
  perOperator: uses.optional(),
  budgetMinor: positiveAmount.optional(),
  budgetPartial: z.boolean().optional(),
});

const stacking = z
  .strictObject({
    mode: z.enum(['stackable', 'exclusive', 'group']),
    group: text.optional(),
    priority: z.int().min(-MAX_PRIORITY).max(MAX_PRIORITY),
    lane: z.int().min(0).max(MAX_LANE).optional(),
  })
  .refine((s) => (s.mode === 'group') === (s.group !== undefined), {
    path: ['group'],
    error: 'a group is named exactly when the mode is group',
  });

const offlinePolicy = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('strict') }),
  z.strictObject({
    type: z.literal('bounded'),
    maxDiscountMinor: amount,
    maxUses: uses,
    maxAgeMs: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
    managerPin: z.boolean(),
  }),
  z.strictObject({ type: z.literal('open') }),
]);

/** What a manager writes; the ledger or the centre adds identity, version and status. */
const termsShape = {
  name: nameSchema,
  campaignId: idSchema.optional(),
  currency: currencySchema,
  trigger: z.enum(['code', 'automatic']),
  benefits: z.array(benefitSchema).min(1).max(MAX_BENEFITS),
  conditions: z.array(conditionSchema).max(MAX_CONDITIONS),
  validity,
  limits,
  stacking,
  fundedBy: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('merchant') }),
    z.strictObject({ type: z.literal('manufacturer'), name: nameSchema.optional() }),
  ]),
  taxTreatment: z.enum(['before_tax', 'after_tax']),
  refundPolicy: z.strictObject({
    brokenThreshold: z.enum(['keep', 'claw_back']),
    giveUseBack: z.enum(['never', 'full_return', 'any_return']),
  }),
  offlinePolicy,
  skipReducedLines: z.boolean().optional(),
  trialDays: z.int().min(1).max(MAX_TRIAL_DAYS).optional(),
  billingCycles: z.int().min(1).max(MAX_BILLING_CYCLES).optional(),
  referral: z
    .strictObject({ referrerOfferId: idSchema.optional(), newCustomersOnly: z.boolean() })
    .optional(),
};

const terms = z.strictObject(termsShape);
const uncheckedOffer = z.strictObject({
  id: idSchema,
  version: z.int().min(1).max(MAX_USES),
  status: z.enum(['active', 'paused', 'archived']),
  ...termsShape,
});

export const offerDraftSchema = terms.superRefine(refuseContradictions);
export const offerSchema = uncheckedOffer.superRefine(refuseContradictions);
export type OfferDraft = z.output<typeof offerDraftSchema>;

/** Terms that can never hold together: such an offer would refuse everybody without saying why. */
function refuseContradictions(offer: z.output<typeof terms>, context: z.RefinementCtx): void {
  const issue = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  const { limits: l, conditions } = offer;
  for (const key of ['perCustomer', 'perLocation', 'perDay', 'perOperator'] as const) {
    if (l.total !== undefined && (l[key] ?? 0) > l.total) issue(['limits', key], 'more than limits.total');
  }
  if (l.budgetPartial && l.budgetMinor === undefined)
    issue(['limits', 'budgetPartial'], 'there is no budget');
  if (offer.trigger === 'automatic' && offer.validity.afterIssueMs !== undefined) {
    issue(['validity', 'afterIssueMs'], 'an automatic offer is not issued');
  }
  if (offer.fundedBy.type === 'manufacturer' && offer.taxTreatment === 'before_tax') {
    issue(['taxTreatment'], 'a manufacturer pays after tax');
  }
  const minSpend = Math.max(0, ...conditions.map((c) => (c.type === 'min_spend' ? c.amountMinor : 0)));
  conditions.forEach((condition, i) => {
    if (
      condition.type === 'max_spend' &&
      condition.select === undefined &&
      condition.amountMinor < minSpend
    ) {
      issue(['conditions', i, 'amountMinor'], 'below the minimum spend');
    }
    if (
      condition.type === 'nth_purchase' &&
      condition.n > 1 &&
      conditions.some((c) => c.type === 'first_purchase')
    ) {
      issue(['conditions', i, 'n'], 'contradicts first_purchase');
    }
  });
}

/** The compiler proves that parsing yields exactly the engine's type. */
export const offerSchemaIsExact: SameType<ReadonlyDeep<z.output<typeof offerSchema>>, Offer> = true;
