import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateOffers } from '../../test/fixtures/engine.ts';
import { basketArbitrary, offersArbitrary, RUNS } from '../../test/fixtures/engine-arbitraries.ts';
import { NO_RETURNS, type ReturnRequest, refund } from './refund.ts';
import type { Sale } from './sale.ts';
import type { Basket, Offer, Totals } from './types.ts';

const options = { numRuns: RUNS };
const TIMEOUT = 600_000;

function saleOf(
  on: Basket,
  offers: readonly Offer[],
  taxRoundAt: 'unit' | 'line' | 'rate',
): Sale & { readonly totals: Totals } {
  const engineOptions = { taxRoundAt };
  const { decisions, totals } = evaluateOffers(offers, { basket: on, options: engineOptions });
  const accepted = decisions.filter((decision) => decision.outcome === 'accepted');
  return { basket: on, offers, totals, decisions: accepted, options: engineOptions };
}

/** Every unit and every delivery, one by one, in an order that the random key decides. */
function piecesOf(on: Basket, key: (text: string) => number): ReturnRequest[] {
  const pieces = on.lines.flatMap((line) =>
    Array.from({ length: line.qty }, (_, i) => ({
      name: `${line.id}.${i}`,
      lines: [{ lineId: line.id, units: 1 }],
    })),
  );
  const deliveries = (on.shipping ?? []).map((entry) => ({
    name: entry.id,
    lines: [],
    shippingIds: [entry.id],
  }));
  return [...pieces, ...deliveries].sort((a, b) => key(a.name) - key(b.name));
}

const rounding = fc.constantFrom('unit' as const, 'line' as const, 'rate' as const);

describe('refunds, whatever was sold', { timeout: TIMEOUT }, () => {
  it('of everything give back exactly what was paid, in any order, and never more on the way', () => {
    fc.assert(
      fc.property(
        basketArbitrary,
        offersArbitrary(3),
        fc.func(fc.integer()),
        rounding,
        (basket, offers, key, at) => {
          const sale = saleOf(basket, offers, at);
          let returns = NO_RETURNS;
          for (const piece of piecesOf(basket, key)) {
            const result = refund(sale, returns, piece);
            if (!result.ok) throw new Error(result.error.code);
            expect(result.value.refundMinor).toBeGreaterThanOrEqual(0);
            returns = result.value.after;
            expect(returns.refundedMinor).toBeLessThanOrEqual(sale.totals.payableMinor);
          }
          expect(returns.refundedMinor).toBe(sale.totals.payableMinor);
        },
      ),
      options,
    );
  });

  it('at once give back the same as piece by piece', () => {
    fc.assert(
      fc.property(basketArbitrary, offersArbitrary(3), rounding, (basket, offers, at) => {
        const sale = saleOf(basket, offers, at);
        const result = refund(sale, NO_RETURNS, {
          lines: basket.lines.map((line) => ({ lineId: line.id, units: line.qty })),
          shippingIds: (basket.shipping ?? []).map((entry) => entry.id),
        });
        if (!result.ok) throw new Error(result.error.code);
        expect(result.value.refundMinor).toBe(sale.totals.payableMinor);
        const { lines } = result.value;
        for (const line of lines) {
          const sold = sale.totals.lines.find((entry) => entry.lineId === line.lineId);
          expect([line.priceMinor, line.discountMinor, line.tenderMinor]).toEqual([
            sold?.subtotalMinor,
            sold?.discountMinor,
            sold?.tenderMinor,
          ]);
        }
      }),
      options,
    );
  });
});
