import { z } from 'zod';
import { currencySchema, idSchema } from '../../shared/contracts/common.ts';
import { type ErrorCode, errorCodes } from '../../shared/contracts/error-codes.ts';
import { type Refusal, refusalParamsSchema } from '../../shared/contracts/refusal.ts';
import { amountNumber } from '../coupons/decimal.ts';
import { explain } from '../redemptions/judge.ts';
import { redemptionResource, toRedemptionResource } from '../redemptions/resource.ts';
import { instantText } from '../routes.ts';
import type { JudgedBasket } from './judge-basket.ts';
import type { SaleState } from './make-sale.ts';
import type { RefundState } from './refund-sale.ts';

const amounts = {
  currency: currencySchema,
  subtotal_minor: z.int(),
  /** On goods and deliveries, manufacturers' part included. */
  discount_minor: z.int(),
  discount: z.number(),
  payable_minor: z.int(),
};

/** What each code of a basket would do, in their order, and which automatic offers join. */
export const judgedResource = z.object({
  ...amounts,
  /** Selling it so would not be refused. */
  ok: z.boolean(),
  codes: z.array(
    z.object({
      ok: z.boolean(),
      coupon_id: idSchema,
      offer_id: idSchema,
      discount_minor: z.int(),
      code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]).optional(),
      params: refusalParamsSchema.optional(),
    }),
  ),
  automatic: z.array(z.object({ offer_id: idSchema, name: z.string(), discount_minor: z.int() })),
});

export function toJudgedResource(
  { ofCodes, coupons, granted, totals }: JudgedBasket,
  currency: string,
  whole: { readonly ok: boolean },
): z.output<typeof judgedResource> {
  return {
    ...amountsOf(totals, currency),
    ok: whole.ok,
    codes: coupons.map((found, i) => {
      const decision = ofCodes[i];
      const head = { coupon_id: found.coupon.id, offer_id: found.offer.id };
      if (decision?.outcome === 'accepted')
        return { ...head, ok: true, discount_minor: decision.discountMinor };
      const why: Partial<Refusal> = decision === undefined ? {} : explain(found, decision);
      return { ...head, ok: false, discount_minor: 0, code: why.code, params: why.params };
    }),
    automatic: granted
      .filter(({ by }) => by.coupon === undefined)
      .map(({ by, decision }) => ({
        offer_id: by.offer.id,
        name: by.offer.name,
        discount_minor: decision.discountMinor,
      })),
  };
}

function amountsOf(totals: JudgedBasket['totals'], currency: string) {
  const discountMinor = totals.discountMinor + totals.shippingDiscountMinor + totals.tenderMinor;
  return {
    currency,
    subtotal_minor: totals.subtotalMinor,
    discount_minor: discountMinor,
    discount: amountNumber(discountMinor, currency),
    payable_minor: totals.payableMinor,
  };
}

export const saleResource = z.object({
  ...amounts,
  id: idSchema,
  basket_id: z.string(),
  channel: z.string(),
  location_id: idSchema.nullable(),
  made_at: z.string(),
  refunded_minor: z.int(),
  redemptions: z.array(redemptionResource),
});

export function toSaleResource({ sale, redemptions }: SaleState): z.output<typeof saleResource> {
  return {
    ...amountsOf(sale.totals, sale.currency),
    id: sale.id,
    basket_id: sale.basketId,
    channel: sale.channel,
    location_id: sale.locationId,
    made_at: instantText(sale.madeAt),
    refunded_minor: sale.returns?.refundedMinor ?? 0,
    redemptions: redemptions.map(toRedemptionResource),
  };
}

export const refundResource = z.object({
  id: idSchema,
  sale_id: idSchema,
  currency: currencySchema,
  refund: z.number(),
  refund_minor: z.int(),
  /** Discount on what the customer keeps that the return cost; it is left out of `refund_minor` already. */
  clawed_back_minor: z.int(),
  lines: z.array(
    z.object({
      line_id: z.string(),
      units: z.int(),
      price_minor: z.int(),
      discount_minor: z.int(),
      /** To be given back to a manufacturer. */
      tender_minor: z.int(),
    }),
  ),
  shipping_ids: z.array(z.string()),
  /** Redemptions whose use is free again. */
  uses_given_back: z.array(idSchema),
  reason: z.string(),
  made_at: z.string(),
  /** Of the sale, in all. */
  refunded_minor: z.int(),
});

export function toRefundResource({ row, refundedMinor }: RefundState): z.output<typeof refundResource> {
  return {
    id: row.id,
    sale_id: row.saleId,
    currency: row.currency,
    refund: amountNumber(row.refundMinor, row.currency),
    refund_minor: row.refundMinor,
    clawed_back_minor: row.clawedBackMinor,
    lines: row.lines.map((line) => ({
      line_id: line.lineId,
      units: line.units,
      price_minor: line.priceMinor,
      discount_minor: line.discountMinor,
      tender_minor: line.tenderMinor,
    })),
    shipping_ids: row.shippingIds,
    uses_given_back: row.usesBack,
    reason: row.reason,
    made_at: instantText(row.madeAt),
    refunded_minor: refundedMinor,
  };
}
