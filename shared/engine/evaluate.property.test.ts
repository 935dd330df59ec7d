import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { couponFor, evaluateOffers, offer } from '../../test/fixtures/engine.ts';
import {
  basketArbitrary,
  lineBenefit,
  offersArbitrary,
  RUNS,
} from '../../test/fixtures/engine-arbitraries.ts';
import type { AcceptedDecision, Evaluation, Offer } from './types.ts';

const options = { numRuns: RUNS };
const TIMEOUT = 600_000;

function acceptedOf(evaluation: Evaluation): AcceptedDecision[] {
  return evaluation.decisions.filter((decision) => decision.outcome === 'accepted');
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

describe('evaluate, whatever the basket and the offers', { timeout: TIMEOUT }, () => {
  it('gives parts that sum to the total: units to lines, lines to decisions, decisions to totals', () => {
    fc.assert(
      fc.property(basketArbitrary, offersArbitrary(4), (basket, offers) => {
        const evaluation = evaluateOffers(offers, { basket });
        const { totals } = evaluation;
        for (const decision of acceptedOf(evaluation)) {
          for (const discount of decision.lines) {
            const line = basket.lines.find((entry) => entry.id === discount.lineId);
            expect(sum(discount.units.map((run) => run.units))).toBe(line?.qty);
            expect(sum(discount.units.map((run) => run.units * run.amountMinor))).toBe(discount.amountMinor);
          }
          const parts = [...decision.lines, ...decision.shipping].map((part) => part.amountMinor);
          expect(sum(parts)).toBe(decision.discountMinor);
        }
        const all = sum(acceptedOf(evaluation).map((decision) => decision.discountMinor));
        expect(totals.discountMinor + totals.shippingDiscountMinor + totals.tenderMinor).toBe(all);
        expect(sum(totals.lines.map((line) => line.discountMinor))).toBe(totals.discountMinor);
        expect(totals.netMinor + totals.taxMinor).toBe(totals.grossMinor);
        expect(sum(totals.taxes.map((tax) => tax.taxMinor))).toBe(totals.taxMinor);
        const afterTax = acceptedOf(evaluation).filter((decision) => decision.taxTreatment === 'after_tax');
        expect(totals.payableMinor).toBe(
          totals.grossMinor - sum(afterTax.map((decision) => decision.discountMinor)),
        );
      }),
      options,
    );
  });

  it('never takes a unit below its floor, nor a line or the total below zero', () => {
    fc.assert(
      fc.property(basketArbitrary, offersArbitrary(5), (basket, offers) => {
        const evaluation = evaluateOffers(offers, { basket });
        expect(evaluation.totals.payableMinor).toBeGreaterThanOrEqual(0);
        for (const line of basket.lines) {
          const units = Array.from({ length: line.qty }, () => line.unitPriceMinor);
          for (const decision of acceptedOf(evaluation)) {
            let at = 0;
            for (const run of decision.lines.find((entry) => entry.lineId === line.id)?.units ?? []) {
              for (let i = 0; i < run.units; i++, at++) {
                expect(run.amountMinor).toBeGreaterThanOrEqual(0);
                units[at] = (units[at] as number) - run.amountMinor;
              }
            }
          }
          for (const left of units) expect(left).toBeGreaterThanOrEqual(line.minUnitPriceMinor ?? 0);
        }
      }),
      options,
    );
  });

  it('never gives more than a cap or a budget, and nothing on goods that may not be discounted', () => {
    fc.assert(
      fc.property(basketArbitrary, offersArbitrary(4), (basket, offers) => {
        for (const decision of acceptedOf(evaluateOffers(offers, { basket }))) {
          const terms = offers.find((entry) => entry.id === decision.offerId) as Offer;
          expect(decision.discountMinor).toBeLessThanOrEqual(
            terms.limits.budgetMinor ?? Number.MAX_SAFE_INTEGER,
          );
          const caps = terms.benefits.map((benefit) =>
            'maxDiscountMinor' in benefit ? benefit.maxDiscountMinor : undefined,
          );
          if (caps.every((cap) => cap !== undefined))
            expect(decision.discountMinor).toBeLessThanOrEqual(sum(caps));
          for (const { lineId } of decision.lines) {
            expect(basket.lines.find((line) => line.id === lineId)?.discountable).toBe(true);
          }
        }
      }),
      options,
    );
  });

  it('answers the same bytes twice, and leaves its input alone', () => {
    fc.assert(
      fc.property(basketArbitrary, offersArbitrary(5), (basket, offers) => {
        const before = JSON.stringify([basket, offers]);
        const first = JSON.stringify(evaluateOffers(offers, { basket }));
        expect(JSON.stringify(evaluateOffers(offers, { basket }))).toBe(first);
        expect(JSON.stringify([basket, offers])).toBe(before);
      }),
      options,
    );
  });

  it('does not depend on the order of offers or of presented codes', () => {
    fc.assert(
      fc.property(basketArbitrary, offersArbitrary(5), fc.func(fc.integer()), (basket, offers, key) => {
        const shuffled = [...offers].sort((a, b) => key(a.id) - key(b.id));
        const coupons = shuffled.map((entry) => couponFor(entry));
        const one = evaluateOffers(offers, { basket });
        const other = evaluateOffers(shuffled, { basket, coupons });
        expect(other.totals).toEqual(one.totals);
        const byId = (evaluation: Evaluation) =>
          [...evaluation.decisions].sort((a, b) => (a.offerId < b.offerId ? -1 : 1));
        expect(byId(other)).toEqual(byId(one));
      }),
      options,
    );
  });

  it('does not depend on the order of lines when offers work line by line', () => {
    const lineOffers = offersArbitrary(4, { benefit: lineBenefit, conditions: false });
    fc.assert(
      fc.property(basketArbitrary, lineOffers, fc.func(fc.integer()), (basket, offers, key) => {
        const lines = [...basket.lines].sort((a, b) => key(a.id) - key(b.id));
        const one = evaluateOffers(offers, { basket }).totals;
        const other = evaluateOffers(offers, { basket: { ...basket, lines } }).totals;
        expect(other.payableMinor).toBe(one.payableMinor);
        for (const line of one.lines) expect(other.lines).toContainEqual(line);
      }),
      options,
    );
  });
});

/** Every allowed combination, tried one by one: what the search must match. */
function cheapestByHand(
  basket: Parameters<typeof evaluateOffers>[1] & object,
  offers: readonly Offer[],
): number {
  let best = evaluateOffers([], basket).totals.payableMinor;
  for (let mask = 1; mask < 1 << offers.length; mask++) {
    const chosen = offers.filter((_, i) => (mask & (1 << i)) !== 0);
    if (!mayStandTogether(chosen)) continue;
    const evaluation = evaluateOffers(chosen.map(asStackable), { ...basket, options: { combine: 'stack' } });
    if (
      evaluation.decisions.some(
        (decision) => decision.outcome === 'refused' && decision.refusal.code !== 'no_discount',
      )
    ) {
      continue;
    }
    best = Math.min(best, evaluation.totals.payableMinor);
  }
  return best;
}

function mayStandTogether(offers: readonly Offer[]): boolean {
  if (offers.some((entry) => entry.stacking.mode === 'exclusive')) return offers.length === 1;
  const groups = offers.flatMap((entry) => entry.stacking.group ?? []);
  return new Set(groups).size === groups.length;
}

function asStackable(terms: Offer): Offer {
  return { ...terms, stacking: { mode: 'stackable', priority: terms.stacking.priority } };
}

describe('best combination', { timeout: TIMEOUT }, () => {
  it('is the cheapest of all allowed ones, whichever offers it takes for certain', () => {
    fc.assert(
      fc.property(basketArbitrary, offersArbitrary(4), (basket, offers) => {
        const evaluation = evaluateOffers(offers, { basket });
        expect(evaluation.search.mode).toBe('exact');
        expect(evaluation.totals.payableMinor).toBe(cheapestByHand({ basket }, offers));
      }),
      options,
    );
  });

  it('never costs more for one more eligible coupon', () => {
    fc.assert(
      fc.property(basketArbitrary, offersArbitrary(6), (basket, offers) => {
        const fewer = evaluateOffers(offers.slice(1), { basket }).totals.payableMinor;
        expect(evaluateOffers(offers, { basket }).totals.payableMinor).toBeLessThanOrEqual(fewer);
      }),
      options,
    );
  });

  it('refuses a coupon that takes nothing, so that its use is not spent', () => {
    fc.assert(
      fc.property(basketArbitrary, offersArbitrary(4), (basket, offers) => {
        for (const decision of acceptedOf(evaluateOffers(offers, { basket }))) {
          expect(decision.discountMinor).toBeGreaterThan(0);
        }
      }),
      options,
    );
  });

  it('leaves exactly zero for 100 %', () => {
    const all = offer({ type: 'percent', percentBp: 10_000, target: { scope: 'order' }, base: 'sequential' });
    fc.assert(
      fc.property(basketArbitrary, (basket) => {
        const free = basket.lines.map((line) => ({ ...line, minUnitPriceMinor: 0, discountable: true }));
        const { totals } = evaluateOffers([all], { basket: { ...basket, lines: free, shipping: [] } });
        expect(totals.payableMinor).toBe(0);
      }),
      options,
    );
  });
});
