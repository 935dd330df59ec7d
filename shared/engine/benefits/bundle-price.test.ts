import { describe, expect, it } from 'vitest';
import {
  amountOff,
  basket,
  evaluateOffers,
  line,
  offer,
  onlyDecision,
  percentOff,
  takenBy,
  unitsOf,
} from '../../../test/fixtures/engine.ts';
import type { BundlePriceBenefit } from '../offer.ts';

const bundle = (
  qty: number,
  priceMinor: number,
  more: Partial<BundlePriceBenefit> = {},
): BundlePriceBenefit => ({
  type: 'bundle_price',
  qty,
  priceMinor,
  pick: 'dearest',
  ...more,
});

describe('bundle_price', () => {
  it.each([
    [2, 0],
    [3, 200],
    [5, 200],
    [6, 400],
    [7, 400],
  ])('sells three for ten: %i units', (qty, taken) => {
    expect(takenBy(bundle(3, 1_000), basket([line('a', 400, qty)]))).toEqual([taken]);
  });

  it('repeats no more often than it says', () => {
    expect(takenBy(bundle(3, 1_000, { maxTimes: 1 }), basket([line('a', 400, 9)]))).toEqual([200]);
  });

  it('mixes lines, from the dearest down, and splits by price', () => {
    expect(
      takenBy(bundle(3, 1_000), basket([line('a', 300, 2), line('b', 600, 1), line('c', 50, 2)])),
    ).toEqual([100, 100, 0]);
    expect(
      takenBy(bundle(2, 100, { pick: 'cheapest' }), basket([line('a', 300), line('b', 60), line('c', 80)])),
    ).toEqual([0, 17, 23]);
    expect(
      takenBy(bundle(2, 100, { pick: 'first' }), basket([line('a', 300), line('b', 100), line('c', 80)])),
    ).toEqual([225, 75, 0]);
  });

  it('makes no bundle that costs more than its parts', () => {
    expect(takenBy(bundle(3, 1_000), basket([line('a', 300, 3)]))).toEqual([0]);
    expect(takenBy(bundle(2, 1_000), basket([line('a', 900, 2), line('b', 100, 2)]))).toEqual([800, 0]);
  });

  it('takes goods of its kind only', () => {
    const select = { include: { tags: ['mix'] } };
    const on = basket([line('a', 400, 2, { tags: ['mix'] }), line('b', 900, 5)]);
    expect(takenBy(bundle(2, 500, { select }), on)).toEqual([300, 0]);
  });

  it('starts from what earlier benefits left', () => {
    const units = { pick: 'first', maxUnits: 1 } as const;
    const both = [percentOff(5_000, { target: { scope: 'items', units } }), bundle(2, 500)];
    // The half-price unit is spoken for: the other two make the bundle.
    const decision = onlyDecision(evaluateOffers([offer(both)], { basket: basket([line('a', 400, 3)]) }));
    expect(unitsOf(decision, 'a')).toEqual([150, 150, 200]);
    expect(takenBy([percentOff(1_000), bundle(2, 500)], basket([line('a', 400, 2)]))).toEqual([80 + 220]);
  });

  it('completes a bundle over lines before it goes on inside the next', () => {
    // 500 | 400 400 400 | 400 400: bundles of two are 500+400, 400+400, 400+400
    expect(takenBy(bundle(2, 600), basket([line('a', 500), line('b', 400, 5)]))).toEqual([140, 560]);
  });

  it('stops at its number of times across lines', () => {
    const on = basket([line('a', 400, 3), line('b', 390, 3)]);
    expect(takenBy(bundle(3, 1_000, { maxTimes: 1 }), on)).toEqual([200, 0]);
    expect(takenBy(bundle(3, 1_000, { maxTimes: 2 }), on)).toEqual([187, 183]);
  });

  it('speaks for its units: no other picking benefit takes them', () => {
    const one = { pick: 'dearest', maxUnits: 1 } as const;
    const both = [bundle(2, 500), percentOff(10_000, { target: { scope: 'items', units: one } })];
    const decision = onlyDecision(evaluateOffers([offer(both)], { basket: basket([line('a', 400, 3)]) }));
    expect(unitsOf(decision, 'a')).toEqual([400, 150, 150]);
  });

  it('counts what each unit still costs, from the end of its line', () => {
    // 1.01 off leaves 366, 366, 367: the pair is the last two.
    const uneven = [amountOff(101, { target: { scope: 'items' } }), bundle(2, 500)];
    expect(takenBy(uneven, basket([line('a', 400, 3)]))).toEqual([101 + (366 + 367 - 500)]);
  });
});
