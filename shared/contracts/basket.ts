import { z } from 'zod';
import type { Basket } from '../engine/basket.ts';
import type { PresentedCoupon } from '../engine/types.ts';
import { currencySchema, instantSchema } from './common.ts';
import { MAX_OFFER_AMOUNT_MINOR } from './offer.ts';
import type { ReadonlyDeep, SameType } from './same-type.ts';

/** Far above any real receipt; a basket beyond it is refused, never cut. */
export const MAX_BASKET_LINES = 2_000;
/** Sums over a basket, tax included, stay below 2^53 by a wide margin. */
export const MAX_BASKET_AMOUNT_MINOR = MAX_OFFER_AMOUNT_MINOR;
/** Offers that reward units set by set walk through them, so their number over the basket is bounded too. */
export const MAX_BASKET_UNITS = 100_000;
const MAX_SHIPPING_LINES = 20;
const MAX_LABELS = 100;
const MAX_TAX_RATE_PPM = 2_000_000;

const amount = z.int().min(0).max(MAX_BASKET_AMOUNT_MINOR);
/** One line of whole characters: a NUL or half a surrogate pair could be stored here and nowhere else. */
const text = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u);
const taxRatePpm = z.int().min(0).max(MAX_TAX_RATE_PPM);

export const basketLineSchema = z.strictObject({
  id: text,
  sku: text,
  name: z.string().max(200).optional(),
  qty: z.int().min(1).max(MAX_BASKET_UNITS),
  unitPriceMinor: amount,
  categories: z.array(text).max(MAX_LABELS).optional(),
  brand: text.optional(),
  tags: z.array(text).max(MAX_LABELS).optional(),
  taxRatePpm: taxRatePpm.optional(),
  discountable: z.boolean().optional(),
  reduced: z.boolean().optional(),
  minUnitPriceMinor: amount.optional(),
});

export const shippingLineSchema = z.strictObject({
  id: text,
  method: text.optional(),
  amountMinor: amount,
  taxRatePpm: taxRatePpm.optional(),
  taxIncluded: z.boolean().optional(),
});

const uncheckedBasketSchema = z.strictObject({
  currency: currencySchema,
  taxMode: z.enum(['inclusive', 'exclusive']),
  lines: z.array(basketLineSchema).max(MAX_BASKET_LINES),
  shipping: z.array(shippingLineSchema).max(MAX_SHIPPING_LINES).optional(),
});

export const basketSchema = uncheckedBasketSchema.superRefine((basket, context) => {
  const issue = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  const ids = new Set<string>();
  let sum = 0;
  let units = 0;
  basket.lines.forEach((line, i) => {
    if (ids.has(line.id)) issue(['lines', i, 'id'], 'used by another line');
    ids.add(line.id);
    const total = line.qty * line.unitPriceMinor;
    sum += total;
    units += line.qty;
    if (total > MAX_BASKET_AMOUNT_MINOR)
      issue(['lines', i, 'unitPriceMinor'], 'quantity times price is too large');
    if ((line.minUnitPriceMinor ?? 0) > line.unitPriceMinor) {
      issue(['lines', i, 'minUnitPriceMinor'], 'above the unit price');
    }
  });
  if (units > MAX_BASKET_UNITS) issue(['lines'], 'more units than a basket may hold');
  const shippingIds = new Set<string>();
  (basket.shipping ?? []).forEach((shipping, i) => {
    if (shippingIds.has(shipping.id)) issue(['shipping', i, 'id'], 'used by another shipping line');
    shippingIds.add(shipping.id);
    sum += shipping.amountMinor;
  });
  if (sum > MAX_BASKET_AMOUNT_MINOR) issue(['lines'], 'the basket is worth too much');
});

export const presentedCouponSchema = z.strictObject({
  couponId: text,
  code: text,
  offerId: text,
  issuedAt: instantSchema.optional(),
  expiresAt: instantSchema.optional(),
  maxUses: z.int().min(1).optional(),
  maxUsesPerCustomer: z.int().min(1).optional(),
  uses: z.int().min(0).optional(),
  usesByCustomer: z.int().min(0).optional(),
});

/** The compiler proves that parsing yields exactly the engine's types. */
export const basketSchemaIsExact: SameType<ReadonlyDeep<z.output<typeof basketSchema>>, Basket> = true;
export const presentedCouponSchemaIsExact: SameType<
  ReadonlyDeep<z.output<typeof presentedCouponSchema>>,
  PresentedCoupon
> = true;
