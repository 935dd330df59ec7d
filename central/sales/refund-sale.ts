import { eq, inArray } from 'drizzle-orm';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { decisionOfRecord, shareOnReturned, whatIsLeft } from '../../shared/engine/recorded-sale.ts';
import { NO_RETURNS, type ReturnFault, type ReturnRequest, refund } from '../../shared/engine/refund.ts';
import type { Sale } from '../../shared/engine/sale.ts';
import type { Offer } from '../../shared/engine/types.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { settleBudget } from '../budgets/budgets.ts';
import type { Centre, Outcome } from '../centre.ts';
import type { RedemptionRow } from '../redemptions/take-uses.ts';
import { giveUseBack, lockUses } from '../redemptions/undo.ts';
import type { Db } from '../store/db.ts';
import { isUniqueViolation, transactResult } from '../store/retry.ts';
import { offerVersions, redemptions, refunds, sales } from '../store/schema.ts';
import { redemptionsOf, type SaleRow } from './make-sale.ts';

export type RefundRow = typeof refunds.$inferSelect;
/** With what has been refunded of the sale in all. */
export type RefundState = { readonly row: RefundRow; readonly refundedMinor: number };

export type RefundRequest = {
  /** The same id again gives the first answer. */
  readonly id: string;
  readonly saleId: string;
  /** Absent: everything that has not come back yet. */
  readonly goods?: ReturnRequest | undefined;
  readonly reason: string;
};

/**
 * Goods of a sale come back: what was paid for them is refunded by the shares that were recorded with each unit, so
 * that any partial refunds end at exactly what was paid. An offer whose policy says so gets its use back.
 */
export async function refundSale(centre: Centre, request: RefundRequest): Promise<Outcome<RefundState>> {
  try {
    return await transactResult(centre.db, (tx) => takeBack(centre, tx, request));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    // A retry that ran beside this call has written it.
    return transactResult(centre.db, (tx) => takeBack(centre, tx, request));
  }
}

async function takeBack(centre: Centre, tx: Db, request: RefundRequest): Promise<Outcome<RefundState>> {
  // One refund of a sale after the other: each begins with what has come back so far.
  const [row] = await tx.select().from(sales).where(eq(sales.id, request.saleId)).for('update');
  if (row === undefined) return err(refusal('not_found', { what: 'sale' }));
  const [before] = await tx.select().from(refunds).where(eq(refunds.id, request.id));
  if (before !== undefined) {
    return isSame(before, request)
      ? ok({ row: before, refundedMinor: row.returns?.refundedMinor ?? before.refundMinor })
      : err(refusal('conflict', { why: 'the idempotency key was used for another request' }));
  }
  const locked = await lockUses(tx, await redemptionsOf(tx, row.id));
  const standing = locked.rows.filter((one) => one.status !== 'voided');
  const [voided] = locked.rows;
  if (voided !== undefined && standing.length === 0)
    return err(refusal('already_voided', { at: voided.voidedAt ?? 0 }));

  const sale = await recordedSale(tx, row, locked.rows);
  const soFar = row.returns ?? NO_RETURNS;
  const goods = request.goods ?? whatIsLeft(sale, soFar);
  if (goods.lines.length === 0 && (goods.shippingIds ?? []).length === 0)
    return err(refusal('conflict', { why: 'everything has come back already' }));
  const back = refund(sale, soFar, goods);
  if (!back.ok) return err(explainFault(back.error));
  const { after, usesBack, refundMinor, clawedBackMinor, lines } = back.value;

  const made: RefundRow = {
    id: request.id,
    saleId: row.id,
    currency: row.currency,
    refundMinor,
    clawedBackMinor,
    lines,
    shippingIds: [...(goods.shippingIds ?? [])],
    usesBack: standing
      .filter((one) =>
        usesBack.some(
          ({ offerId, couponId }) => offerId === one.offerId && (couponId ?? null) === one.couponId,
        ),
      )
      .map((one) => one.id),
    reason: request.reason,
    madeAt: centre.ports.now(),
  };
  await tx.insert(refunds).values(made);
  await tx.update(sales).set({ returns: after }).where(eq(sales.id, row.id));
  for (const one of standing) {
    const decision = sale.decisions.find(
      ({ offerId, couponId }) => offerId === one.offerId && (couponId ?? null) === one.couponId,
    );
    assert(decision !== undefined, 'every redemption of a sale is one of its decisions');
    const returnedMinor = shareOnReturned(sale, decision, after);
    if (made.usesBack.includes(one.id)) {
      const given = await giveUseBack(tx, centre, locked, one, { status: 'refunded', returnedMinor });
      if (!given.ok) return given;
    } else if (returnedMinor !== one.returnedMinor) {
      await tx.update(redemptions).set({ returnedMinor }).where(eq(redemptions.id, one.id));
      await settleBudget(tx, centre, one.offerId);
    }
  }
  return ok({ row: made, refundedMinor: after.refundedMinor });
}

function isSame(before: RefundRow, { saleId, goods }: RefundRequest): boolean {
  if (before.saleId !== saleId) return false;
  if (goods === undefined) return true;
  const text = (lines: readonly { readonly lineId: string; readonly units: number }[]) =>
    lines
      .map(({ lineId, units }) => `${units} ${lineId}`)
      .sort()
      .join('\n');
  return text(before.lines) === text(goods.lines);
}

/** The sale as it was judged: its basket, the versions of its offers, and each unit's recorded share. */
async function recordedSale(tx: Db, row: SaleRow, rows: readonly RedemptionRow[]): Promise<Sale> {
  const versions = await tx
    .select()
    .from(offerVersions)
    .where(
      inArray(
        offerVersions.offerId,
        rows.map((one) => one.offerId),
      ),
    );
  const offers = rows.map((one): Offer => {
    const found = versions.find(
      ({ offerId, version }) => offerId === one.offerId && version === one.offerVersion,
    );
    assert(found !== undefined, 'versions of offers are never deleted');
    return found.terms;
  });
  const decisions = rows.map(({ couponId, discountMinor, shares }, i) =>
    decisionOfRecord(
      { couponId: couponId ?? undefined, discountMinor, shares },
      offers[i] as Offer, // parallel to `rows`
    ),
  );
  return { basket: row.basket, totals: row.totals, offers, decisions };
}

function explainFault({ code, id }: ReturnFault): Refusal {
  switch (code) {
    case 'unknown_line':
      return refusal('invalid_input', { why: 'the sale has no such line', id }, 'lines');
    case 'unknown_shipping':
      return refusal('invalid_input', { why: 'the sale has no such delivery', id }, 'shipping_ids');
    case 'more_than_sold':
      return refusal('conflict', { why: 'more units than were sold and kept', id }, 'lines');
    case 'already_returned':
      return refusal('conflict', { why: 'the delivery was refunded before', id }, 'shipping_ids');
  }
}
