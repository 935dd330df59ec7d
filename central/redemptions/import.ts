import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { amountMinorSchema, channelSchema, currencySchema, idSchema } from '../../shared/contracts/common.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { unspentUses } from '../../shared/redemption/code-uses.ts';
import { oweBudget } from '../budgets/budgets.ts';
import type { Centre, Outcome } from '../centre.ts';
import { settleOffer } from '../escrow/settle.ts';
import { transactResult } from '../store/retry.ts';
import { coupons, escrows, redemptions, sales } from '../store/schema.ts';
import { readCustomer } from './customer.ts';
import { customerFields, namesOf } from './input.ts';
import { openOverRedemption } from './over-redemption.ts';
import { findRedemption } from './records.ts';
import type { RedemptionRow } from './take-uses.ts';

const run = z.object({ units: z.int().min(1), amountMinor: amountMinorSchema });
const MAX_PARTS = 1_000;
/** What the column takes. */
const MAX_VERSION = 2 ** 31 - 1;

/** The answer that the caller got when it redeemed; further fields of it are ignored. */
export const importInput = z.object({
  id: idSchema,
  coupon_id: idSchema,
  offer_id: idSchema,
  offer_version: z.int().min(1).max(MAX_VERSION),
  basket_id: z.string().min(1).max(100),
  channel: channelSchema,
  currency: currencySchema,
  subtotal_minor: amountMinorSchema,
  discount_minor: amountMinorSchema,
  lines: z.array(z.object({ id: z.string(), sku: z.string(), units: z.array(run) })).max(MAX_PARTS),
  shipping: z.array(z.object({ id: z.string(), amountMinor: amountMinorSchema })).max(MAX_PARTS),
  redeemed_at: z.iso.datetime({ offset: true }),
  location_id: idSchema.nullish(),
  /** As it was named when it redeemed: limits of each customer count it again. */
  ...customerFields,
});

/**
 * A redemption that this centre made and lost, because it was restored from a backup. The sale happened, so it is not
 * judged again: it is owed until a right and money pay it, and an excess when none does.
 */
export async function importRedemption(
  centre: Centre,
  input: z.output<typeof importInput>,
): Promise<Outcome<RedemptionRow>> {
  return transactResult(centre.db, async (tx): Promise<Outcome<RedemptionRow>> => {
    const [escrow] = await tx.select().from(escrows).where(eq(escrows.offerId, input.offer_id)).for('update');
    const [coupon] = await tx.select().from(coupons).where(eq(coupons.id, input.coupon_id)).for('update');
    if (coupon === undefined || coupon.offerId !== input.offer_id)
      return err(refusal('not_found', { what: 'coupon' }));
    const before = await findRedemption(tx, input.id);
    if (before !== undefined) return ok(before);
    // Under the id of a sale of several codes it would count as one of them.
    const [sale] = await tx.select({ id: sales.id }).from(sales).where(eq(sales.id, input.id));
    if (sale !== undefined) return err(refusal('conflict', { why: 'a sale has this id' }));
    const at = Date.parse(input.redeemed_at);
    const row: RedemptionRow = {
      id: input.id,
      offerId: input.offer_id,
      offerVersion: input.offer_version,
      couponId: input.coupon_id,
      basketId: input.basket_id,
      channel: input.channel,
      locationId: input.location_id ?? null,
      ledgerId: null,
      incarnation: null,
      currency: input.currency,
      subtotalMinor: input.subtotal_minor,
      discountMinor: input.discount_minor,
      shares: { lines: input.lines, shipping: input.shipping },
      customer: readCustomer(namesOf(input), centre.store.customerKey)?.pseudonym ?? null,
      leaseId: null,
      atRisk: false,
      paidBy: escrow === undefined ? 'unlimited' : 'nothing',
      status: 'redeemed',
      redeemedAt: at,
      voidedAt: null,
      voidReason: null,
      receivedAt: centre.ports.now(),
      // Its basket is lost with what the restored centre forgot.
      saleId: null,
      returnedMinor: 0,
    };
    const owedMinor = await oweBudget(tx, centre, row);
    await tx.insert(redemptions).values(row);
    await tx
      .update(coupons)
      .set({
        used: coupon.used + 1,
        lastUsedAt: Math.max(coupon.lastUsedAt ?? 0, at),
        lastUsedWhere: at >= (coupon.lastUsedAt ?? 0) ? input.channel : coupon.lastUsedWhere,
      })
      .where(eq(coupons.id, coupon.id));
    const codeIsOver = unspentUses(coupon) === 0;
    if (codeIsOver || escrow !== undefined || owedMinor > 0) {
      // Of a budget only what went past it; of a limit the whole discount.
      const costMinor = codeIsOver || escrow !== undefined ? row.discountMinor : owedMinor;
      await openOverRedemption(tx, centre, { row, costMinor });
      await settleOffer(tx, centre, row.offerId);
    }
    return ok((await findRedemption(tx, input.id)) ?? row);
  });
}
