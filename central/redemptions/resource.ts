import { z } from 'zod';
import { currencySchema, idSchema } from '../../shared/contracts/common.ts';
import { amountNumber } from '../coupons/decimal.ts';
import { instantText } from '../routes.ts';
import type { RedemptionRow, ReservationRow } from './take-uses.ts';

const unitRun = z.object({ units: z.int(), amountMinor: z.int() });

const common = {
  id: idSchema,
  /** Null for an automatic offer. */
  coupon_id: idSchema.nullable(),
  offer_id: idSchema,
  offer_version: z.int(),
  basket_id: z.string(),
  channel: z.string(),
  currency: currencySchema,
  subtotal_minor: z.int(),
  discount: z.number(),
  discount_minor: z.int(),
  /** What each unit was given, as runs of units with the same share. */
  lines: z.array(z.object({ id: z.string(), sku: z.string(), units: z.array(unitRun) })),
  shipping: z.array(z.object({ id: z.string(), amountMinor: z.int() })),
};

export const redemptionResource = z.object({
  ...common,
  status: z.enum(['redeemed', 'voided', 'refunded']),
  location_id: idSchema.nullable(),
  redeemed_at: z.string(),
  voided_at: z.string().nullable(),
  void_reason: z.string().nullable(),
  /** What it is refunded by; null where a location sold. */
  sale_id: idSchema.nullable(),
  /** The part of the discount on goods that came back. */
  returned_minor: z.int(),
});

export const reservationResource = z.object({
  ...common,
  status: z.enum(['reserved', 'redeemed', 'released', 'expired']),
  created_at: z.string(),
  expires_at: z.string(),
});

function commonOf(row: RedemptionRow | ReservationRow) {
  return {
    id: row.id,
    coupon_id: row.couponId,
    offer_id: row.offerId,
    offer_version: row.offerVersion,
    basket_id: row.basketId,
    channel: row.channel,
    currency: row.currency,
    subtotal_minor: row.subtotalMinor,
    discount: amountNumber(row.discountMinor, row.currency),
    discount_minor: row.discountMinor,
    lines: row.shares.lines.map((line) => ({ ...line, units: [...line.units] })),
    shipping: [...row.shares.shipping],
  };
}

export function toRedemptionResource(row: RedemptionRow): z.output<typeof redemptionResource> {
  return {
    ...commonOf(row),
    status: row.status,
    location_id: row.locationId,
    redeemed_at: instantText(row.redeemedAt),
    voided_at: row.voidedAt === null ? null : instantText(row.voidedAt),
    void_reason: row.voidReason,
    sale_id: row.saleId,
    returned_minor: row.returnedMinor,
  };
}

export function toReservationResource(row: ReservationRow): z.output<typeof reservationResource> {
  return {
    ...commonOf(row),
    status: row.status,
    created_at: instantText(row.createdAt),
    expires_at: instantText(row.expiresAt),
  };
}
