import type { z } from 'zod';
import type { RedemptionRow } from '../../db/queries/redemptions.ts';
import type { Reads } from '../../db/store.ts';
import type {
  CheckResult,
  redemptionRowSchema,
  saleSchema,
} from '../../shared/contracts/operations/redemption.ts';
import { unitsBack } from '../../shared/engine/refund.ts';
import { shareOfFirst } from '../../shared/engine/sale.ts';
import type { Totals } from '../../shared/engine/types.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { rightsLeft } from '../offers/offer-row.ts';
import { termsOf } from '../offers/terms.ts';
import { statusOfRedemption } from './give-back.ts';
import type { Accepted, Verdict } from './judge.ts';
import type { RecordedSale } from './recorded-sale.ts';

/** What the person at the till reads. */

export function shownVerdict(read: Reads, verdict: Verdict): CheckResult['coupons'][number] {
  const { entered } = verdict;
  if (verdict.status === 'refused') {
    const { found, refusal } = verdict;
    if (!found) return { status: 'refused', entered, refusal };
    const { display: code, offer } = found;
    return { status: 'refused', entered, code, offerId: offer.id, offerName: offer.name, refusal };
  }
  const { display: code, offer } = verdict.found;
  return {
    status: 'accepted',
    entered,
    code,
    offerId: offer.id,
    offerVersion: offer.version,
    offerName: offer.name,
    discountMinor: verdict.decision.discountMinor,
    ...(offer.limits.total === undefined ? {} : { usesLeftHere: rightsLeft(read, offer.id) }),
  };
}

export function shownAutomatic({ found: { offer }, decision }: Accepted) {
  const { id: offerId, version: offerVersion, name: offerName } = offer;
  return { offerId, offerVersion, offerName, discountMinor: decision.discountMinor };
}

/** Goods and shipping together; a manufacturer's payment counts as discount, because the customer does not pay it. */
export function shownTotals(totals: Totals) {
  return {
    subtotalMinor: totals.subtotalMinor + totals.shippingMinor,
    discountMinor: totals.discountMinor + totals.shippingDiscountMinor + totals.tenderMinor,
    payableMinor: totals.payableMinor,
    lines: totals.lines.map((line) => ({
      id: line.lineId,
      discountMinor: line.discountMinor + line.tenderMinor,
      payableMinor: line.totalMinor - line.tenderMinor,
    })),
  };
}

export type ShownRedemption = z.output<typeof redemptionRowSchema>;

/** What a row of the ledger names only by ids. */
type RedemptionNames = { readonly offerName: string; readonly operatorName: string };

export function shownRedemption(read: Reads, row: RedemptionRow): ShownRedemption {
  const terms = read.offers.terms(row.offerId, row.offerVersion);
  const operator = read.operators.byId(row.operatorId);
  assert(terms && operator, 'a redemption names its version and operator');
  return namedRedemption(row, { offerName: termsOf({ terms }).name, operatorName: operator.name });
}

export function namedRedemption(row: RedemptionRow, names: RedemptionNames): ShownRedemption {
  return {
    id: row.id,
    basketId: row.basketId,
    code: row.code,
    offerId: row.offerId,
    channel: row.channel,
    status: statusOfRedemption(row),
    discountMinor: row.discountMinor,
    currency: row.currency,
    operatorId: row.operatorId,
    tillName: row.tillName,
    redeemedAt: row.redeemedAt,
    ...names,
    ...(row.voidedAt === null ? {} : { voidedAt: row.voidedAt }),
    ...(row.returnedMinor === 0 ? {} : { returnedMinor: row.returnedMinor }),
  };
}

export function shownSale(
  read: Reads,
  { basketId, sale, soFar, rows }: RecordedSale,
): z.output<typeof saleSchema> {
  const { basket, decisions, totals } = sale;
  return {
    basketId,
    currency: basket.currency,
    payableMinor: totals.payableMinor,
    refundedMinor: soFar.refundedMinor,
    lines: basket.lines.map((line) => ({
      lineId: line.id,
      sku: line.sku,
      ...(line.name === undefined ? {} : { name: line.name }),
      unitPriceMinor: line.unitPriceMinor,
      qty: line.qty,
      returned: unitsBack(soFar, line.id),
      discountMinor: decisions.reduce((sum, decision) => sum + shareOfFirst(decision, line.id, line.qty), 0),
    })),
    shipping: (basket.shipping ?? []).map(({ id, amountMinor }) => ({
      shippingId: id,
      amountMinor,
      isReturned: soFar.shippingIds.includes(id),
    })),
    redemptions: rows.map((row) => shownRedemption(read, row)),
  };
}
