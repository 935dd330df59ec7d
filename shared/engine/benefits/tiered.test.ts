import { describe, expect, it } from 'vitest';
import { basket, line, takenBy } from '../../../test/fixtures/engine.ts';
import type { TieredBenefit } from '../offer.ts';

const tiered = (more: Partial<TieredBenefit> = {}): TieredBenefit => ({
  type: 'tiered',
  measure: 'spend',
  tiers: [
    { from: 2_000, percentBp: 1_000 },
    { from: 5_000, amountMinor: 900 },
  ],
  target: { scope: 'order' },
  base: 'sequential',
  ...more,
});

describe('tiered', () => {
  it.each([
    [1_999, 0],
    [2_000, 200],
    [4_999, 500],
    [5_000, 900],
    [9_000, 900],
  ])('pays the highest tier reached: %i', (spend, taken) => {
    expect(takenBy(tiered(), basket([line('a', spend)]))).toEqual([taken]);
  });

  it('counts units where it measures quantity', () => {
    const tiers = [{ from: 3, percentBp: 5_000 }];
    expect(takenBy(tiered({ measure: 'quantity', tiers }), basket([line('a', 100, 2)]))).toEqual([0]);
    expect(
      takenBy(tiered({ measure: 'quantity', tiers }), basket([line('a', 100, 2), line('b', 200)])),
    ).toEqual([100, 100]);
  });

  it('measures the goods of its target only', () => {
    const select = { include: { brands: ['Acme'] } };
    const on = basket([line('a', 1_500, 1, { brand: 'Acme' }), line('b', 900)]);
    expect(takenBy(tiered({ target: { scope: 'order', select } }), on)).toEqual([0, 0]);
    const more = basket([line('a', 2_500, 1, { brand: 'Acme' }), line('b', 900)]);
    expect(takenBy(tiered({ target: { scope: 'items', select } }), more)).toEqual([250, 0]);
  });

  it('stops at its cap', () => {
    expect(takenBy(tiered({ maxDiscountMinor: 150 }), basket([line('a', 4_000)]))).toEqual([150]);
    expect(takenBy(tiered({ maxDiscountMinor: 150 }), basket([line('a', 5_000)]))).toEqual([150]);
  });
});
