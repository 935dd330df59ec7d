import type { Offer } from './offer.ts';
import type { ReturnRequest, Returns } from './refund.ts';
import { type Sale, shareOfFirst } from './sale.ts';
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

/** Everything that has not come back yet. */
export function whatIsLeft({ basket }: Pick<Sale, 'basket'>, returns: Returns): ReturnRequest {
  return {
    lines: basket.lines
      .map((line) => ({ lineId: line.id, units: line.qty - (returns.units[line.id] ?? 0) }))
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
    const kept = line.qty - (returns.units[line.id] ?? 0);
    returned += shareOfFirst(decision, line.id, line.qty) - shareOfFirst(decision, line.id, kept);
  }
  for (const { shippingId, amountMinor } of decision.shipping) {
    if (returns.shippingIds.includes(shippingId)) returned += amountMinor;
  }
  return returned;
}
