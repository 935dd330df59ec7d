import type { Offer } from './offer.ts';
import { defaultOptions, type EngineOptions } from './options.ts';
import { type ReturnRequest, type Returns, unitsBack } from './refund.ts';
import { type Sale, shareOfFirst } from './sale.ts';
import { taxOn } from './totals.ts';
import type { AcceptedDecision, UnitRun } from './types.ts';

/** One offer's part in a sale, as ledgers record it with the redemption. */
export type RecordedShares = {
  readonly lines: readonly { readonly id: string; readonly units: readonly UnitRun[] }[];
  readonly shipping: readonly { readonly id: string; readonly amountMinor: number }[];
};

/** The decision that a redemption came from; `couponId` names it, automatic offers have none. */
export function decisionOfRecord(
  record: {
    readonly couponId?: string | undefined;
    readonly discountMinor: number;
    readonly shares: RecordedShares;
  },
  { id, version, fundedBy, taxTreatment }: Offer,
): AcceptedDecision {
  const tender = fundedBy.type === 'manufacturer';
  return {
    outcome: 'accepted',
    offerId: id,
    offerVersion: version,
    couponId: record.couponId,
    trace: [],
    discountMinor: record.discountMinor,
    tender,
    taxTreatment: tender ? 'after_tax' : taxTreatment,
    lines: record.shares.lines.map((line) => ({
      lineId: line.id,
      units: line.units,
      amountMinor: line.units.reduce((sum, run) => sum + run.units * run.amountMinor, 0),
    })),
    shipping: record.shares.shipping.map(({ id: shippingId, amountMinor }) => ({ shippingId, amountMinor })),
  };
}

/**
 * The sale as it stands after some of its redemptions were voided: their shares were paid after all, and so was the tax
 * that they had saved where it comes on top of the prices.
 * @param isVoided by the number of a decision
 */
export function withoutVoided(sale: Sale, isVoided: (index: number) => boolean): Sale {
  const decisions = sale.decisions.filter((_, i) => !isVoided(i));
  if (decisions.length === sale.decisions.length) return sale;
  const gone = sale.decisions.filter((_, i) => isVoided(i));
  const taxMinor = taxOnTop({ ...sale, decisions }) - taxOnTop(sale);
  const sumOf = (some: readonly AcceptedDecision[]) => some.reduce((sum, one) => sum + one.discountMinor, 0);
  const taxed = gone.filter(({ taxTreatment }) => taxTreatment === 'before_tax');
  const { payableMinor, grossMinor } = sale.totals;
  return {
    ...sale,
    decisions,
    totals: {
      payableMinor: payableMinor + sumOf(gone) + taxMinor,
      grossMinor: grossMinor + sumOf(taxed) + taxMinor,
    },
  };
}

/** Tax that is not in the prices, rounded where the sale rounded it; what was taken before tax bore none. */
function taxOnTop({ basket, decisions, options }: Sale): number {
  const rules: EngineOptions = { ...defaultOptions, ...options };
  const inclusive = basket.taxMode === 'inclusive';
  const taxed = decisions.filter(({ taxTreatment }) => taxTreatment === 'before_tax');
  const due = new Map<string, { ratePpm: number; amountMinor: number }>();
  const add = (place: string, ratePpm: number, amountMinor: number) => {
    const key = rules.taxRoundAt === 'rate' ? String(ratePpm) : place;
    due.set(key, { ratePpm, amountMinor: (due.get(key)?.amountMinor ?? 0) + amountMinor });
  };
  for (const line of inclusive ? [] : basket.lines) {
    const off = taxed.reduce((sum, one) => sum + shareOfFirst(one, line.id, line.qty), 0);
    add(`line ${line.id}`, line.taxRatePpm ?? 0, line.unitPriceMinor * line.qty - off);
  }
  for (const { id, amountMinor, taxRatePpm, taxIncluded } of basket.shipping ?? []) {
    if (taxIncluded ?? inclusive) continue;
    let off = 0;
    for (const one of taxed)
      off += one.shipping.find(({ shippingId }) => shippingId === id)?.amountMinor ?? 0;
    add(`shipping ${id}`, taxRatePpm ?? 0, amountMinor - off);
  }
  return [...due.values()].reduce(
    (sum, { ratePpm, amountMinor }) => sum + taxOn(amountMinor, ratePpm, false, rules),
    0,
  );
}

/** Everything that has not come back yet. */
export function whatIsLeft({ basket }: Pick<Sale, 'basket'>, returns: Returns): ReturnRequest {
  return {
    lines: basket.lines
      .map((line) => ({ lineId: line.id, units: line.qty - unitsBack(returns, line.id) }))
      .filter(({ units }) => units > 0),
    shippingIds: (basket.shipping ?? [])
      .map(({ id }) => id)
      .filter((id) => !returns.shippingIds.includes(id)),
  };
}

/** What a decision had taken off the units and deliveries that came back. */
export function shareOnReturned(
  { basket }: Pick<Sale, 'basket'>,
  decision: AcceptedDecision,
  returns: Returns,
): number {
  let returned = 0;
  for (const line of basket.lines) {
    const kept = line.qty - unitsBack(returns, line.id);
    returned += shareOfFirst(decision, line.id, line.qty) - shareOfFirst(decision, line.id, kept);
  }
  for (const { shippingId, amountMinor } of decision.shipping) {
    if (returns.shippingIds.includes(shippingId)) returned += amountMinor;
  }
  return returned;
}
