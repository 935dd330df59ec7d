import { z } from 'zod';
import { displayCode } from '../../shared/codes/display-code.ts';
import { currencySchema, idSchema } from '../../shared/contracts/common.ts';
import { offerSchema } from '../../shared/contracts/offer.ts';
import { instantText } from '../routes.ts';
import type { CouponState } from './coupons.ts';
import { amountNumber, percentNumber } from './decimal.ts';
import { discountOf } from './terms.ts';

/** One code with the terms of its offer. */
export const couponResource = z.object({
  id: idSchema,
  offer_id: idSchema,
  batch_id: idSchema.nullable(),
  code: z.string(),
  name: z.string(),
  status: z.enum(['active', 'paused', 'archived', 'void', 'making']),
  version: z.int(),
  offer_version: z.int(),
  discount_type: z.enum(['PERCENT', 'FIXED', 'OTHER']),
  discount_value: z.number().nullable(),
  currency: currencySchema,
  starts_at: z.string().nullable(),
  expires_at: z.string().nullable(),
  max_uses: z.int().nullable(),
  uses_per_user: z.int().nullable(),
  uses: z.int(),
  last_used_at: z.string().nullable(),
  terms: offerSchema,
  created_at: z.string(),
  updated_at: z.string(),
});

export function toCouponResource({ coupon, offer, isMade }: CouponState): z.output<typeof couponResource> {
  const { terms } = offer;
  const discount = discountOf(terms);
  return {
    id: coupon.id,
    offer_id: offer.id,
    batch_id: coupon.batchId,
    code: displayCode(coupon.code),
    name: offer.name,
    status: !isMade ? 'making' : coupon.status === 'live' ? offer.status : coupon.status,
    version: coupon.version,
    offer_version: offer.version,
    discount_type: discount.type,
    discount_value:
      discount.type === 'PERCENT'
        ? percentNumber(discount.percentBp)
        : discount.type === 'FIXED'
          ? amountNumber(discount.amountMinor, terms.currency)
          : null,
    currency: terms.currency,
    starts_at: terms.validity.startsAt === undefined ? null : instantText(terms.validity.startsAt),
    expires_at: terms.validity.endsAt === undefined ? null : instantText(terms.validity.endsAt),
    max_uses: coupon.maxUses ?? terms.limits.total ?? null,
    uses_per_user: terms.limits.perCustomer ?? null,
    uses: coupon.used,
    last_used_at: coupon.lastUsedAt === null ? null : instantText(coupon.lastUsedAt),
    // Stored terms were parsed by the same schema; only their type is read-only.
    terms: terms as z.output<typeof offerSchema>,
    created_at: instantText(coupon.issuedAt),
    updated_at: instantText(Math.max(coupon.updatedAt, offer.updatedAt)),
  };
}
