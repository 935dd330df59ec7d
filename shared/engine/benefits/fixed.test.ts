import { describe, expect, it } from 'vitest';
import { amountOff, basket, evaluateOffers, line, offer, takenBy } from '../../../test/fixtures/engine.ts';

const ITEMS = { scope: 'items' } as const;

describe('fixed', () => {
  it('spreads one amount over the order, exactly', () => {
    expect(takenBy(amountOff(100), basket([line('a', 100), line('b', 100), line('c', 100)]))).toEqual([
      34, 33, 33,
    ]);
    expect(takenBy(amountOff(1_000), basket([line('a', 120), line('b', 130)]))).toEqual([120, 130]);
  });

  it.each([
    ['largest_remainder', [923, 1_769, 2_308]],
    ['first', [924, 1_769, 2_307]],
    ['last', [923, 1_769, 2_308]],
  ] as const)('gives the remainder as asked: %s', (remainder, parts) => {
    const on = basket([line('a', 12_000), line('b', 23_000), line('c', 30_000)]);
    expect(takenBy(amountOff(5_000), on, { remainder })).toEqual(parts);
  });

  it('takes the amount off each line or each unit', () => {
    const on = basket([line('a', 500, 3), line('b', 200, 2)]);
    expect(takenBy(amountOff(300, { per: 'line', target: ITEMS }), on)).toEqual([300, 300]);
    expect(takenBy(amountOff(300, { per: 'unit', target: ITEMS }), on)).toEqual([900, 400]);
  });

  it('takes no more off a unit than it has, and none from its neighbours', () => {
    const on = basket([line('a', 100, 3)]);
    const afterOne = [
      amountOff(80, { target: { scope: 'items', units: { pick: 'first', maxUnits: 1 } } }),
      amountOff(50, { per: 'unit', target: ITEMS }),
    ];
    expect(takenBy(afterOne, on)).toEqual([80 + 20 + 50 + 50]);
  });

  it('respects the lowest price of each unit', () => {
    const on = basket([line('a', 500, 2, { minUnitPriceMinor: 450 })]);
    expect(takenBy(amountOff(300, { per: 'unit', target: ITEMS }), on)).toEqual([100]);
  });

  it('caps the sum of lines and units', () => {
    const on = basket([line('a', 500, 3), line('b', 500, 1)]);
    expect(takenBy(amountOff(100, { per: 'unit', target: ITEMS, maxDiscountMinor: 200 }), on)).toEqual([
      150, 50,
    ]);
    expect(takenBy(amountOff(900, { maxDiscountMinor: 200 }), on)).toEqual([150, 50]);
  });

  it('goes to picked units only, as one sum or for each', () => {
    const on = basket([line('a', 500, 2), line('b', 200, 1)]);
    const units = { pick: 'cheapest', maxUnits: 2 } as const;
    expect(takenBy(amountOff(140, { target: { scope: 'items', units } }), on)).toEqual([100, 40]);
    expect(takenBy(amountOff(140, { per: 'unit', target: { scope: 'items', units } }), on)).toEqual([
      140, 140,
    ]);
    expect(takenBy(amountOff(140, { target: ITEMS }), on)).toEqual([117, 23]);
  });

  it('lowers delivery, spread over its lines', () => {
    const shipping = [
      { id: 's', amountMinor: 300 },
      { id: 't', amountMinor: 100 },
    ];
    const on = basket([line('a', 100)], { shipping });
    const taken = (more: Parameters<typeof amountOff>[1]) => {
      const [decision] = evaluateOffers([offer(amountOff(200, more))], { basket: on }).decisions;
      return decision?.outcome === 'accepted' ? decision.shipping.map((entry) => entry.amountMinor) : [];
    };
    expect(taken({ target: { scope: 'shipping' } })).toEqual([150, 50]);
    expect(taken({ target: { scope: 'shipping' }, per: 'line' })).toEqual([150, 50]);
    expect(taken({ target: { scope: 'shipping' }, maxDiscountMinor: 4 })).toEqual([3, 1]);
  });

  it('spreads by what the goods cost with their tax, however prices are written', () => {
    const exclusive = basket([line('a', 1_000, 1, { taxRatePpm: 500_000 }), line('b', 1_500)], {
      taxMode: 'exclusive',
    });
    expect(takenBy(amountOff(300), exclusive)).toEqual([150, 150]);
    const inclusive = basket([line('a', 1_500, 1, { taxRatePpm: 500_000 }), line('b', 1_500)]);
    expect(takenBy(amountOff(300), inclusive)).toEqual([150, 150]);
  });

  it.each([['JPY'], ['KWD'], ['EUR']])('counts minor units of any currency: %s', (currency) => {
    const on = basket([line('a', 1_000, 3)], { currency });
    const evaluation = evaluateOffers([offer(amountOff(1_000), { currency })], { basket: on });
    expect(evaluation.totals.payableMinor).toBe(2_000);
  });
});
