import { allocate } from '../kernel/allocation.ts';
import { assert } from '../kernel/assert.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { mulDiv } from '../kernel/rounding.ts';
import type { BasketLine } from './basket.ts';
import { defaultOptions, type EngineOptions } from './options.ts';
import { type Kept, type Sale, shareOfFirst } from './sale.ts';
import { stillGranted } from './still-granted.ts';
import { taxOn } from './totals.ts';
import type { AcceptedDecision } from './types.ts';

const DUE_SCALE = 1_000;

/** What came back so far. */
export type Returns = {
  /** Units by line id. */
  readonly units: Readonly<Record<string, number>>;
  readonly shippingIds: readonly string[];
  readonly refundedMinor: number;
};

export const NO_RETURNS: Returns = { units: {}, shippingIds: [], refundedMinor: 0 };

/** Units of a line that came back. A line may be called what every object answers to, such as `constructor`. */
export function unitsBack({ units }: Pick<Returns, 'units'>, lineId: string): number {
  return Object.hasOwn(units, lineId) ? (units[lineId] ?? 0) : 0;
}

export type ReturnRequest = {
  readonly lines: readonly { readonly lineId: string; readonly units: number }[];
  readonly shippingIds?: readonly string[] | undefined;
};

export type Refund = {
  /** What the customer gets now. */
  readonly refundMinor: number;
  readonly lines: readonly RefundedLine[];
  /** Discount on what the customer keeps that the return cost: it is in `refundMinor` already. */
  readonly clawedBackMinor: number;
  /** Offers whose use is given back now. */
  readonly usesBack: readonly { readonly offerId: string; readonly couponId?: string | undefined }[];
  readonly after: Returns;
};

/** What the returned units of a line cost, and what was taken off them at the sale. */
export type RefundedLine = {
  readonly lineId: string;
  readonly units: number;
  readonly priceMinor: number;
  readonly discountMinor: number;
  /** Part that a manufacturer paid, to be given back to them. */
  readonly tenderMinor: number;
};

export type ReturnFault = {
  readonly code: 'unknown_line' | 'more_than_sold' | 'unknown_shipping' | 'already_returned';
  readonly id: string;
};

/**
 * Gives back what was paid for the returned units: their own recorded shares, so that any order of partial returns
 * ends at exactly the amount paid. The units of a line come back from its end: those that an offer rewarded first.
 *
 * What has been refunded after a return is what was paid, less what the customer keeps is worth under the offers that
 * still hold. Once nothing is kept, that is all of it, whatever was clawed back on the way.
 */
export function refund(sale: Sale, before: Returns, request: ReturnRequest): Result<Refund, ReturnFault> {
  const back = new Map(Object.entries(before.units));
  for (const { lineId, units: count } of request.lines) {
    assert(Number.isSafeInteger(count) && count > 0, 'a return is of whole units');
    const line = sale.basket.lines.find((entry) => entry.id === lineId);
    if (line === undefined) return err({ code: 'unknown_line', id: lineId });
    const total = (back.get(lineId) ?? 0) + count;
    if (total > line.qty) return err({ code: 'more_than_sold', id: lineId });
    back.set(lineId, total);
  }
  const units = Object.fromEntries(back);
  const shippingIds = [...before.shippingIds];
  for (const id of request.shippingIds ?? []) {
    if (!sale.basket.shipping?.some((entry) => entry.id === id)) return err({ code: 'unknown_shipping', id });
    if (shippingIds.includes(id)) return err({ code: 'already_returned', id });
    shippingIds.push(id);
  }
  const keptBefore = keptOf(before);
  const kept = keptOf({ units, shippingIds });
  const paid = sale.totals.payableMinor;
  const refundMinor = Math.max(0, paid - worthOf(sale, kept) - before.refundedMinor);
  const lines = refundedLines(sale, keptBefore, kept);
  return ok({
    refundMinor,
    lines,
    clawedBackMinor: clawedBack(sale, kept),
    usesBack: usesBack(sale, keptBefore, kept),
    after: { units, shippingIds, refundedMinor: before.refundedMinor + refundMinor },
  });
}

function keptOf(returns: Pick<Returns, 'units' | 'shippingIds'>): Kept {
  return {
    units: (line) => line.qty - unitsBack(returns, line.id),
    shipping: (id) => !returns.shippingIds.includes(id),
  };
}

/** Discount that the kept units carried at the sale, and that their offer would no longer grant. */
function clawedBack(sale: Sale, kept: Kept): number {
  let sum = 0;
  for (const decision of sale.decisions) sum += lostOn(sale, decision, kept);
  return sum;
}

function lostOn(sale: Sale, decision: AcceptedDecision, kept: Kept): number {
  const offer = sale.offers.find((entry) => entry.id === decision.offerId);
  assert(offer !== undefined, `the sale lacks the offer ${decision.offerId} that judged it`);
  if (offer.refundPolicy.brokenThreshold === 'keep') return 0;
  let carried = 0;
  for (const line of sale.basket.lines) carried += shareOfFirst(decision, line.id, kept.units(line));
  if (carried === 0) return 0;
  return carried - Math.min(carried, stillGranted(sale, decision, offer, kept));
}

/** What the kept goods cost: their prices less the shares that still hold, with their tax, and the kept delivery. */
function worthOf(sale: Sale, kept: Kept): number {
  const options: EngineOptions = { ...defaultOptions, ...sale.options };
  const taxes = paidTaxes(sale);
  let worth = 0;
  sale.basket.lines.forEach((line, i) => {
    const count = kept.units(line);
    worth += priceOfFirst(sale, line, count) + taxOfFirst(sale, line, count, taxes.lines[i] as number);
  });
  (sale.basket.shipping ?? []).forEach((shipping, i) => {
    if (!kept.shipping(shipping.id)) return;
    worth += shipping.amountMinor - shippingShare(sale, shipping.id, 'all') + (taxes.shipping[i] as number);
  });
  for (const decision of sale.decisions) {
    const lost = lostOn(sale, decision, kept);
    if (lost > 0) worth += lost + taxOnLost(sale, decision, kept, lost, options);
  }
  return worth;
}

function priceOfFirst(sale: Sale, line: BasketLine, count: number): number {
  let price = line.unitPriceMinor * count;
  for (const decision of sale.decisions) price -= shareOfFirst(decision, line.id, count);
  return price;
}

/** What was taken off a delivery, or only what lowered its taxable price. */
function shippingShare(sale: Sale, id: string, which: 'all' | 'before_tax'): number {
  let sum = 0;
  for (const decision of sale.decisions) {
    if (which === 'before_tax' && decision.taxTreatment !== 'before_tax') continue;
    sum += decision.shipping.find((entry) => entry.shippingId === id)?.amountMinor ?? 0;
  }
  return sum;
}

/** The taxable price of the first units: what was taken after tax does not lower it. */
function taxableOfFirst(sale: Sale, line: BasketLine, count: number): number {
  let taxable = line.unitPriceMinor * count;
  for (const decision of sale.decisions) {
    if (decision.taxTreatment === 'before_tax') taxable -= shareOfFirst(decision, line.id, count);
  }
  return taxable;
}

/** The line's tax in proportion to the kept taxable price; all of it for all units, nothing for none. */
function taxOfFirst(sale: Sale, line: BasketLine, count: number, lineTax: number): number {
  if (lineTax === 0 || count === 0) return 0;
  return mulDiv(lineTax, taxableOfFirst(sale, line, count), taxableOfFirst(sale, line, line.qty), 'half_up');
}

/**
 * Tax that was paid on top of the prices, by line and shipping line. Where tax was rounded on the sum of a rate, that
 * sum is split over what it was due on, so that the parts add up to what was paid.
 */
function paidTaxes(sale: Sale): { readonly lines: readonly number[]; readonly shipping: readonly number[] } {
  const { basket, totals } = sale;
  const inclusive = basket.taxMode === 'inclusive';
  const shipping = basket.shipping ?? [];
  const rates = [
    ...basket.lines.map((line) => line.taxRatePpm ?? 0),
    ...shipping.map((s) => s.taxRatePpm ?? 0),
  ];
  const onTop = [
    ...basket.lines.map(() => !inclusive),
    ...shipping.map((s) => !(s.taxIncluded ?? inclusive)),
  ];
  const taxable = [
    ...basket.lines.map((line) => taxableOfFirst(sale, line, line.qty)),
    ...shipping.map((entry) => entry.amountMinor - shippingShare(sale, entry.id, 'before_tax')),
  ];
  const taxes = rates.map(() => 0);
  const amounts = totals.grossMinor - taxable.reduce((sum, amount) => sum + amount, 0);
  // Weights in thousandths of what is due: on small prices the tax of each may round to nothing, and their sum not.
  const due = rates.map((rate, i) =>
    onTop[i] === true ? mulDiv(taxable[i] as number, rate, DUE_SCALE, 'up') : 0,
  );
  if (amounts > 0) {
    allocate(amounts, due).forEach((part, i) => {
      taxes[i] = part;
    });
  }
  return { lines: taxes.slice(0, basket.lines.length), shipping: taxes.slice(basket.lines.length) };
}

/** A discount that is lost again was taken before tax: what it had saved on the kept goods is due again. */
function taxOnLost(
  sale: Sale,
  decision: AcceptedDecision,
  kept: Kept,
  lost: number,
  options: EngineOptions,
): number {
  if (sale.basket.taxMode === 'inclusive' || decision.taxTreatment === 'after_tax') return 0;
  const { lines } = sale.basket;
  const carried = lines.map((line) => shareOfFirst(decision, line.id, kept.units(line)));
  const parts = allocate(lost, carried);
  return parts.reduce((sum, part, i) => sum + taxOn(part, lines[i]?.taxRatePpm ?? 0, false, options), 0);
}

function refundedLines(sale: Sale, before: Kept, after: Kept): RefundedLine[] {
  const lines: RefundedLine[] = [];
  for (const line of sale.basket.lines) {
    const from = after.units(line);
    const to = before.units(line);
    if (from === to) continue;
    let discountMinor = 0;
    let tenderMinor = 0;
    for (const decision of sale.decisions) {
      const share = shareOfFirst(decision, line.id, to) - shareOfFirst(decision, line.id, from);
      if (decision.tender) tenderMinor += share;
      else discountMinor += share;
    }
    lines.push({
      lineId: line.id,
      units: to - from,
      priceMinor: line.unitPriceMinor * (to - from),
      discountMinor,
      tenderMinor,
    });
  }
  return lines;
}

/** A use is given back once: when the return reaches what the offer's policy waits for. */
function usesBack(
  sale: Sale,
  before: Kept,
  after: Kept,
): { offerId: string; couponId?: string | undefined }[] {
  const back: { offerId: string; couponId?: string | undefined }[] = [];
  for (const decision of sale.decisions) {
    const policy =
      sale.offers.find((entry) => entry.id === decision.offerId)?.refundPolicy.giveUseBack ?? 'never';
    if (policy === 'never' || isGivenBack(sale, decision, policy, before)) continue;
    if (isGivenBack(sale, decision, policy, after))
      back.push({ offerId: decision.offerId, couponId: decision.couponId });
  }
  return back;
}

function isGivenBack(
  sale: Sale,
  decision: AcceptedDecision,
  policy: 'full_return' | 'any_return',
  kept: Kept,
): boolean {
  let carried = 0;
  let all = 0;
  for (const line of sale.basket.lines) {
    carried += shareOfFirst(decision, line.id, kept.units(line));
    all += shareOfFirst(decision, line.id, line.qty);
  }
  for (const entry of decision.shipping) {
    all += entry.amountMinor;
    if (kept.shipping(entry.shippingId)) carried += entry.amountMinor;
  }
  return policy === 'full_return' ? carried === 0 : carried < all;
}
