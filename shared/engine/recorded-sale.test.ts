import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountOff, basket, evaluateOffers, line, offer, percentOff } from '../../test/fixtures/engine.ts';
import { basketArbitrary, offersArbitrary, RUNS } from '../../test/fixtures/engine-arbitraries.ts';
import { decisionOfRecord, shareOnReturned, whatIsLeft } from './recorded-sale.ts';
import { NO_RETURNS, refund } from './refund.ts';
import type { Sale } from './sale.ts';
import type { AcceptedDecision, Basket, Offer } from './types.ts';

function saleOf(on: Basket, offers: readonly Offer[]): Sale {
  const { decisions, totals } = evaluateOffers(offers, { basket: on });
  return { basket: on, offers, totals, decisions: decisions.filter((one) => one.outcome === 'accepted') };
}

/** As a ledger writes it, and reads it back. */
function recorded(decision: AcceptedDecision, offers: readonly Offer[]): AcceptedDecision {
  const terms = offers.find(({ id }) => id === decision.offerId) as Offer;
  const shares = {
    lines: decision.lines.map(({ lineId, units }) => ({ id: lineId, units })),
    shipping: decision.shipping.map(({ shippingId, amountMinor }) => ({ id: shippingId, amountMinor })),
  };
  const { couponId, discountMinor } = decision;
  return decisionOfRecord(JSON.parse(JSON.stringify({ couponId, discountMinor, shares })), terms);
}

describe('a sale that was read back', () => {
  it('has the decisions that it was made by, their traces aside', () => {
    fc.assert(
      fc.property(basketArbitrary, offersArbitrary(3), (on, offers) => {
        const { decisions } = saleOf(on, offers);
        for (const decision of decisions) {
          const { code: _, ...rest } = decision;
          expect(recorded(decision, offers)).toEqual({ ...rest, trace: [] });
        }
      }),
      { numRuns: Math.min(RUNS, 200) },
    );
  });

  it('books what a manufacturer pays as before', () => {
    const terms = offer(percentOff(1_000), {
      fundedBy: { type: 'manufacturer', name: 'Brand' },
      taxTreatment: 'before_tax',
    });
    const record = {
      discountMinor: 5,
      shares: {
        lines: [
          {
            id: 'a',
            units: [
              { units: 2, amountMinor: 2 },
              { units: 1, amountMinor: 1 },
            ],
          },
        ],
        shipping: [],
      },
    };
    expect(decisionOfRecord(record, terms)).toEqual({
      outcome: 'accepted',
      offerId: terms.id,
      offerVersion: terms.version,
      couponId: undefined,
      trace: [],
      discountMinor: 5,
      tender: true,
      taxTreatment: 'after_tax',
      lines: [
        {
          lineId: 'a',
          amountMinor: 5,
          units: [
            { units: 2, amountMinor: 2 },
            { units: 1, amountMinor: 1 },
          ],
        },
      ],
      shipping: [],
    });
  });
});

describe('what came back of a sale', () => {
  const shipping = [
    { id: 'post', amountMinor: 500 },
    { id: 'courier', amountMinor: 900 },
  ];
  const on = { ...basket([line('a', 1_000, 3), line('b', 500)]), shipping };
  const sale = saleOf(on, [offer(percentOff(1_000), { id: 'p' }), offer(amountOff(200), { id: 'a' })]);

  it('and what is left of it make up all of it', () => {
    expect(whatIsLeft(sale, NO_RETURNS)).toEqual({
      lines: [
        { lineId: on.lines[0]?.id, units: 3 },
        { lineId: on.lines[1]?.id, units: 1 },
      ],
      shippingIds: ['post', 'courier'],
    });
    const [first, second] = on.lines.map(({ id }) => id) as [string, string];
    const some = { units: { [first]: 1, [second]: 1 }, shippingIds: ['post'], refundedMinor: 0 };
    expect(whatIsLeft(sale, some)).toEqual({
      lines: [{ lineId: first, units: 2 }],
      shippingIds: ['courier'],
    });
    const all = refund(sale, NO_RETURNS, whatIsLeft(sale, NO_RETURNS));
    if (!all.ok) throw new Error(all.error.code);
    for (const decision of sale.decisions) {
      expect(shareOnReturned(sale, decision, NO_RETURNS)).toBe(0);
      expect(shareOnReturned(sale, decision, all.value.after)).toBe(decision.discountMinor);
    }
    expect(whatIsLeft(sale, all.value.after)).toEqual({ lines: [], shippingIds: [] });
  });

  it('counts the share of a delivery with the delivery', () => {
    const decision = {
      ...(sale.decisions[0] as AcceptedDecision),
      lines: [],
      shipping: [
        { shippingId: 'post', amountMinor: 120 },
        { shippingId: 'courier', amountMinor: 80 },
      ],
    };
    const returns = { units: {}, shippingIds: ['courier'], refundedMinor: 0 };
    expect(shareOnReturned(sale, decision, returns)).toBe(80);
    expect(whatIsLeft({ basket: basket([line('a', 1)]) }, NO_RETURNS).shippingIds).toEqual([]);
  });
});
