import { z } from 'zod';
import { channelSchema, currencySchema, nameSchema } from '../../shared/contracts/common.ts';
import { MAX_OFFER_AMOUNT_MINOR, type OfferDraft, offerDraftSchema } from '../../shared/contracts/offer.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import type { Benefit, Condition, Offer } from '../../shared/engine/offer.ts';
import { DAY_MS } from '../../shared/kernel/instant.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Centre, Outcome } from '../centre.ts';
import { endOf, startOf, whenText } from '../when.ts';
import { parseAmount, parsePercent } from './decimal.ts';

/** Read from the text of the number, so that no float comes near money: see `parseJson`. */
export const decimalSchema = z
  .union([z.string().regex(/^\d{1,13}(\.\d{1,10})?$/), z.number()])
  .describe('A decimal number in major units, or percent.');

const MAX_USES = 1_000_000_000;
const uses = z.int().min(1).max(MAX_USES);
const amountMinor = z.int().min(1).max(MAX_OFFER_AMOUNT_MINOR);

/** `PERCENT` and `FIXED` in any case; `percentage` and `fixed` too. */
const discountTypeSchema = z
  .string()
  .regex(/^(percent|percentage|fixed)$/i)
  .describe('PERCENT or FIXED, in any case; also percentage and fixed.');

/** The terms of a simple coupon, by the names of the REST contract; everything richer is an offer. */
export const couponTermsSchema = z.strictObject({
  name: nameSchema.optional(),
  discount_type: discountTypeSchema.optional(),
  discount_value: decimalSchema,
  currency: currencySchema.optional(),
  starts_at: whenText.optional().describe('An instant, or a day: from its begin on.'),
  expires_at: whenText.nullable().optional().describe('An instant, valid through it; or a day: to its end.'),
  max_uses: uses.optional(),
  uses_per_user: uses.optional(),
  min_spend_minor: amountMinor.optional(),
  max_discount_minor: amountMinor.optional(),
  channels: z.array(channelSchema).min(1).max(channelSchema.options.length).optional(),
  allowed_domains: z.array(z.string().max(253)).min(1).max(1_000).optional(),
  first_purchase_only: z.boolean().optional(),
  trial_days: z.int().min(1).max(3_650).optional(),
  billing_cycles: z.int().min(1).max(1_200).optional(),
});
export type CouponTerms = z.output<typeof couponTermsSchema>;

const wrong = (path: string, why: string) => err(refusal('invalid_input', { why }, path));

/** The offer that these terms mean, with the defaults of the configuration. */
export function draftOf(centre: Centre, terms: CouponTerms, code: string): Outcome<OfferDraft> {
  const { config, ports } = centre;
  const currency = terms.currency ?? config.currency;
  const benefit = benefitOf(terms, currency, config.discount_type);
  if (!benefit.ok) return benefit;
  const expiresAt =
    terms.expires_at === undefined
      ? config.default_expiration_days > 0
        ? ports.now() + config.default_expiration_days * DAY_MS
        : undefined
      : terms.expires_at === null
        ? undefined
        : endOf(terms.expires_at, config.time_zone);
  const startsAt = terms.starts_at === undefined ? undefined : startOf(terms.starts_at, config.time_zone);
  const parsed = offerDraftSchema.safeParse({
    name: terms.name ?? code,
    currency,
    trigger: 'code',
    benefits: [benefit.value],
    conditions: conditionsOf(terms, config.allowed_domains),
    validity: {
      ...(startsAt === undefined ? {} : { startsAt }),
      ...(expiresAt === undefined ? {} : { endsAt: expiresAt }),
    },
    limits: {
      ...(terms.max_uses === undefined ? {} : { total: terms.max_uses }),
      ...(terms.uses_per_user === undefined ? {} : { perCustomer: terms.uses_per_user }),
    },
    stacking: { mode: 'stackable', priority: 0 },
    fundedBy: { type: 'merchant' },
    taxTreatment: 'before_tax',
    refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'full_return' },
    // A number of uses that was promised is kept, whatever is cut off.
    offlinePolicy: { type: 'strict' },
    ...(terms.trial_days === undefined ? {} : { trialDays: terms.trial_days }),
    ...(terms.billing_cycles === undefined ? {} : { billingCycles: terms.billing_cycles }),
  });
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  return wrong(fieldOf(issue?.path ?? []), issue?.message ?? '');
}

/** The field of the REST contract behind a field of the offer. */
function fieldOf(path: readonly PropertyKey[]): string {
  const [first, second] = path.map(String);
  if (first === 'limits') return second === 'total' ? 'max_uses' : 'uses_per_user';
  if (first === 'validity') return second === 'startsAt' ? 'starts_at' : 'expires_at';
  if (first === 'benefits') return 'discount_value';
  if (first === 'conditions') return 'allowed_domains';
  return path.map(String).join('.');
}

function benefitOf(terms: CouponTerms, currency: string, defaultType: 'PERCENT' | 'FIXED'): Outcome<Benefit> {
  const text = String(terms.discount_value);
  const percent = /^percent/i.test(terms.discount_type ?? defaultType);
  const cap = terms.max_discount_minor === undefined ? {} : { maxDiscountMinor: terms.max_discount_minor };
  if (percent) {
    const percentBp = parsePercent(text);
    if (percentBp === undefined || percentBp < 1 || percentBp > 10_000)
      return wrong('discount_value', 'a percentage is above 0, at most 100, with at most two decimals');
    return ok({ type: 'percent', percentBp, target: { scope: 'order' }, base: 'sequential', ...cap });
  }
  const amount = parseAmount(text, currency);
  if (amount === undefined || amount < 1 || amount > MAX_OFFER_AMOUNT_MINOR)
    return wrong('discount_value', `not an amount above zero that ${currency} can pay`);
  return ok({ type: 'fixed', amountMinor: amount, per: 'total', target: { scope: 'order' }, ...cap });
}

function conditionsOf(terms: CouponTerms, allowedDomains: readonly string[]): Condition[] {
  const conditions: Condition[] = [];
  if (terms.min_spend_minor !== undefined)
    conditions.push({ type: 'min_spend', amountMinor: terms.min_spend_minor, measure: 'before_discounts' });
  if (terms.channels !== undefined) conditions.push({ type: 'channels', channels: terms.channels });
  const domains = terms.allowed_domains?.map((domain) => domain.toLowerCase()) ?? allowedDomains;
  if (domains.length > 0) conditions.push({ type: 'email_domains', domains });
  if (terms.first_purchase_only) conditions.push({ type: 'first_purchase' });
  return conditions;
}

/** The simple discount that an offer gives; `OTHER` for benefits which two fields cannot say. */
export function discountOf(
  offer: Offer,
):
  | { readonly type: 'PERCENT'; readonly percentBp: number }
  | { readonly type: 'FIXED'; readonly amountMinor: number }
  | { readonly type: 'OTHER' } {
  const [benefit, ...more] = offer.benefits;
  if (more.length > 0) return { type: 'OTHER' };
  if (benefit?.type === 'percent') return { type: 'PERCENT', percentBp: benefit.percentBp };
  if (benefit?.type === 'fixed' && benefit.per === 'total')
    return { type: 'FIXED', amountMinor: benefit.amountMinor };
  return { type: 'OTHER' };
}
