import { describe, expect, it } from 'vitest';
import {
  basket,
  evaluateOffers,
  line,
  offer,
  onlyDecision,
  percentOff,
  takenBy,
  unitsOf,
} from '../../../test/fixtures/engine.ts';

const ORDER = { target: { scope: 'order' } } as const;

describe('percent', () => {
  it('rounds half up on the line by default', () => {
    expect(takenBy(percentOff(1_500), basket([line('a', 9_990), line('b', 10)]))).toEqual([1_499, 2]);
  });

  it.each([
    ['half_up', 3],
    ['half_down', 2],
    ['half_even', 2],
    ['down', 2],
  ] as const)('rounds an exact half as asked: %s', (rounding, taken) => {
    expect(takenBy(percentOff(1_000), basket([line('a', 25)]), { rounding })).toEqual([taken]);
  });

  it('rounds on each unit, or rounds the price of each unit, where asked', () => {
    const on = basket([line('a', 25, 4)]);
    expect(takenBy(percentOff(1_000), on, { roundAt: 'line' })).toEqual([10]);
    expect(takenBy(percentOff(1_000), on, { roundAt: 'unit' })).toEqual([12]);
    expect(takenBy(percentOff(1_000), on, { roundAt: 'unit_price' })).toEqual([8]);
    expect(takenBy(percentOff(1_000, { base: 'original' }), on, { roundAt: 'unit' })).toEqual([12]);
  });

  it('rounds once on the sum of the lines where asked', () => {
    const on = basket([106, 206, 306, 406].map((price, i) => line(String(i), price)));
    expect(takenBy(percentOff(1_000), on).reduce((a, b) => a + b, 0)).toBe(104);
    expect(takenBy(percentOff(1_000), on, { roundAt: 'total' })).toEqual([11, 21, 30, 40]);
    expect(takenBy(percentOff(1_000, { base: 'original' }), on, { roundAt: 'total' })).toEqual([
      11, 21, 30, 40,
    ]);
  });

  it('splits an order discount by largest remainder, ties in line order', () => {
    expect(
      takenBy(percentOff(1_000, ORDER), basket([line('a', 335), line('b', 335), line('c', 330)])),
    ).toEqual([34, 33, 33]);
  });

  it('builds on what is left, or on the full price', () => {
    const both = (base: 'sequential' | 'original', target: 'items' | 'order') => [
      percentOff(1_000, { target: { scope: target }, base }),
      percentOff(2_000, { target: { scope: target }, base }),
    ];
    for (const target of ['items', 'order'] as const) {
      expect(takenBy(both('sequential', target), basket([line('a', 1_000)]))).toEqual([280]);
      expect(takenBy(both('original', target), basket([line('a', 1_000)]))).toEqual([300]);
    }
  });

  it('never takes more than is left, even on the full price', () => {
    const two = [percentOff(8_000), percentOff(8_000, { base: 'original' })];
    expect(takenBy(two, basket([line('a', 1_000, 3)]))).toEqual([3_000]);
  });

  it('caps the sum and splits the cap', () => {
    const on = basket([line('a', 1_000), line('b', 2_000)]);
    expect(takenBy(percentOff(5_000, { maxDiscountMinor: 300 }), on)).toEqual([100, 200]);
    expect(takenBy(percentOff(5_000, { ...ORDER, maxDiscountMinor: 300 }), on)).toEqual([100, 200]);
    expect(takenBy(percentOff(1_000, { maxDiscountMinor: 300 }), on)).toEqual([100, 200]);
    expect(takenBy(percentOff(1_000, { maxDiscountMinor: 299 }), on)).toEqual([100, 199]);
  });

  it('leaves exactly zero for 100 %', () => {
    expect(takenBy(percentOff(10_000), basket([line('a', 333, 7)]))).toEqual([2_331]);
    expect(takenBy(percentOff(10_000, ORDER), basket([line('a', 333, 7), line('b', 1)]))).toEqual([2_331, 1]);
  });

  it('picks the cheapest or the dearest units only', () => {
    const on = basket([line('a', 500, 2), line('b', 300, 2), line('c', 900)]);
    const picked = (pick: 'cheapest' | 'dearest' | 'first', maxUnits: number) =>
      takenBy(percentOff(5_000, { target: { scope: 'items', units: { pick, maxUnits } } }), on);
    expect(picked('cheapest', 1)).toEqual([0, 150, 0]);
    expect(picked('cheapest', 3)).toEqual([250, 300, 0]);
    expect(picked('dearest', 2)).toEqual([250, 0, 450]);
    expect(picked('first', 3)).toEqual([500, 150, 0]);
    expect(picked('first', 99)).toEqual([500, 300, 450]);
  });

  it('counts picked units on each line where asked, and complete groups only', () => {
    const on = basket([line('a', 500, 5), line('b', 300, 3)]);
    const picked = (units: { maxUnits: number; perLine?: boolean; groupsOf?: number }) =>
      takenBy(percentOff(10_000, { target: { scope: 'items', units: { pick: 'first', ...units } } }), on);
    expect(picked({ maxUnits: 2, perLine: true })).toEqual([1_000, 600]);
    expect(picked({ maxUnits: 99, groupsOf: 3 })).toEqual([2_500, 300]);
    expect(picked({ maxUnits: 4, groupsOf: 3 })).toEqual([1_500, 0]);
    expect(picked({ maxUnits: 99, groupsOf: 3, perLine: true })).toEqual([1_500, 900]);
    expect(picked({ maxUnits: 99, groupsOf: 9 })).toEqual([0, 0]);
  });

  it('gives picked units to the end of the line, and none twice', () => {
    const target = { scope: 'items', units: { pick: 'cheapest', maxUnits: 1 } } as const;
    const halves = offer([percentOff(5_000, { target }), percentOff(5_000, { target })]);
    const decision = onlyDecision(evaluateOffers([halves], { basket: basket([line('a', 100, 3)]) }));
    expect(unitsOf(decision, 'a')).toEqual([0, 50, 50]);
  });

  it('works on delivery, by method and within a cap', () => {
    const shipping = [
      { id: 's', amountMinor: 500, method: 'express' },
      { id: 't', amountMinor: 301, method: 'standard' },
      { id: 'u', amountMinor: 100 },
    ];
    const on = basket([line('a', 100)], { shipping });
    const taken = (more: Parameters<typeof percentOff>[1]) =>
      evaluateOffers([offer(percentOff(5_000, more))], { basket: on }).totals.shippingDiscountMinor;
    expect(taken({ target: { scope: 'shipping' } })).toBe(451);
    expect(taken({ target: { scope: 'shipping', methods: ['standard'] } })).toBe(151);
    expect(taken({ target: { scope: 'shipping' }, maxDiscountMinor: 100 })).toBe(100);
    const twice = [
      percentOff(5_000, { target: { scope: 'shipping' } }),
      percentOff(5_000, { target: { scope: 'shipping' }, base: 'original' }),
    ];
    expect(evaluateOffers([offer(twice)], { basket: on }).totals.shippingDiscountMinor).toBe(901);
  });

  it('leaves reduced goods alone where the offer skips them, and protected ones always', () => {
    const on = basket([
      line('a', 100, 1, { reduced: true }),
      line('b', 100, 1, { discountable: false }),
      line('c', 100),
    ]);
    expect(takenBy(percentOff(1_000), on)).toEqual([10, 0, 10]);
    const skipping = evaluateOffers([offer(percentOff(1_000), { skipReducedLines: true })], { basket: on });
    expect(skipping.totals.lines.map((entry) => entry.discountMinor)).toEqual([0, 0, 10]);
  });

  it('stops at the lowest price of a unit', () => {
    const on = basket([line('a', 1_000, 2, { minUnitPriceMinor: 900 }), line('b', 1_000)]);
    expect(takenBy(percentOff(5_000), on)).toEqual([200, 500]);
    expect(takenBy(percentOff(5_000, ORDER), on)).toEqual([200, 1_000]);
  });

  it('is exact where the product passes 2^53', () => {
    expect(takenBy(percentOff(9_999), basket([line('a', 999_999_999_999)]))).toEqual([999_899_999_999]);
  });

  it('keeps the full price as its base however it rounds', () => {
    const both = [percentOff(5_000), percentOff(1_000, { base: 'original' })];
    const on = basket([line('a', 105, 2)]);
    expect(takenBy(both, on, { roundAt: 'line' })).toEqual([105 + 21]);
    expect(takenBy(both, on, { roundAt: 'unit' })).toEqual([106 + 22]);
    expect(takenBy(both, on, { roundAt: 'unit_price' })).toEqual([104 + 20]);
    expect(takenBy(both, on, { roundAt: 'total' })).toEqual([105 + 21]);
  });

  it('uses picked units once however it rounds', () => {
    const target = { scope: 'items', units: { pick: 'first', maxUnits: 1 } } as const;
    const twice = offer([percentOff(10_000, { target }), percentOff(5_000, { target })]);
    for (const roundAt of ['line', 'unit', 'total'] as const) {
      const decision = onlyDecision(
        evaluateOffers([twice], { basket: basket([line('a', 100, 2)]), options: { roundAt } }),
      );
      expect(unitsOf(decision, 'a')).toEqual([50, 100]);
    }
  });

  it.each([
    ['largest_remainder', [34, 33, 33]],
    ['first', [34, 33, 33]],
    ['last', [34, 33, 33]],
  ] as const)('splits a cap exactly whoever takes remainders: %s', (remainder, parts) => {
    const on = basket([line('a', 1_000), line('b', 1_000), line('c', 1_000)]);
    expect(takenBy(percentOff(5_000, { maxDiscountMinor: 100 }), on, { remainder })).toEqual(parts);
  });

  it('gives a line’s odd cents to its last units where the last takes remainders', () => {
    const decision = onlyDecision(
      evaluateOffers([offer(percentOff(1_000))], {
        basket: basket([line('a', 35, 3)]),
        options: { remainder: 'last' },
      }),
    );
    expect(unitsOf(decision, 'a')).toEqual([3, 4, 4]);
  });
});
