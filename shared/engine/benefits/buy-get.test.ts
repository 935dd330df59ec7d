import { describe, expect, it } from 'vitest';
import { basket, evaluateOffers, line, offer, takenBy } from '../../../test/fixtures/engine.ts';
import type { BuyGetBenefit } from '../offer.ts';

type More = Partial<Omit<BuyGetBenefit, 'type' | 'buy' | 'get'>>;
type Pick = BuyGetBenefit['get']['pick'];

const buyGet = (buy: number, get: number, pick: Pick = 'cheapest', more: More = {}): BuyGetBenefit => ({
  type: 'buy_get',
  buy: { qty: buy },
  get: { qty: get, pick },
  percentBp: 10_000,
  ...more,
});

const of = (category: string) => ({ include: { categories: [category] } });

describe('buy_get', () => {
  it.each([
    [2, 0],
    [3, 100],
    [5, 100],
    [6, 200],
    [9, 300],
  ])('gives one free for every two bought: %i units', (qty, taken) => {
    expect(takenBy(buyGet(2, 1), basket([line('a', 100, qty)]))).toEqual([taken]);
  });

  it('repeats no more often than it says', () => {
    expect(takenBy(buyGet(2, 1, 'cheapest', { maxTimes: 2 }), basket([line('a', 100, 99)]))).toEqual([200]);
  });

  it('gives a percentage where it is not free, within its cap', () => {
    expect(takenBy(buyGet(1, 1, 'cheapest', { percentBp: 5_000 }), basket([line('a', 101, 2)]))).toEqual([
      51,
    ]);
    expect(takenBy(buyGet(1, 1, 'cheapest', { maxDiscountMinor: 30 }), basket([line('a', 100, 2)]))).toEqual([
      30,
    ]);
  });

  it('rewards the cheapest, the dearest, or the first units', () => {
    const on = basket([line('a', 300, 2), line('b', 100, 2), line('c', 200, 2)]);
    expect(takenBy(buyGet(2, 1, 'cheapest'), on)).toEqual([0, 200, 0]);
    expect(takenBy(buyGet(2, 1, 'dearest'), on)).toEqual([600, 0, 0]);
    expect(takenBy(buyGet(2, 1, 'first'), on)).toEqual([600, 0, 0]);
  });

  it('goes set by set from the dearest down where it is grouped', () => {
    const on = basket([line('a', 300, 2), line('b', 100, 2), line('c', 200, 2)]);
    // 300 300 [200] · 200 100 [100]
    expect(takenBy(buyGet(2, 1, 'grouped'), on)).toEqual([0, 100, 200]);
    expect(takenBy(buyGet(2, 1, 'grouped', { maxTimes: 1 }), on)).toEqual([0, 0, 200]);
    expect(takenBy(buyGet(2, 1, 'grouped'), basket([line('a', 300, 2)]))).toEqual([0]);
  });

  it('buys some goods and rewards others', () => {
    const benefit = (pick: Pick): BuyGetBenefit => ({
      type: 'buy_get',
      buy: { qty: 2, select: of('coffee') },
      get: { qty: 1, select: of('cake'), pick },
      percentBp: 10_000,
    });
    const on = basket([
      line('a', 250, 5, { categories: ['coffee'] }),
      line('b', 400, 1, { categories: ['cake'] }),
      line('c', 300, 2, { categories: ['cake'] }),
    ]);
    expect(takenBy(benefit('cheapest'), on)).toEqual([0, 0, 600]);
    expect(takenBy(benefit('dearest'), on)).toEqual([0, 400, 300]);
    expect(takenBy(benefit('grouped'), on)).toEqual([0, 400, 300]);
  });

  it('keeps enough units to buy when goods are of both kinds', () => {
    const benefit = (pick: Pick): BuyGetBenefit => ({
      type: 'buy_get',
      buy: { qty: 1, select: of('x') },
      get: { qty: 1, select: of('y'), pick },
      percentBp: 10_000,
    });
    // Only a and b can be bought; b and c can be rewarded. Two sets fit: buy a and b.
    const on = basket([
      line('a', 100, 1, { categories: ['x'] }),
      line('b', 10, 1, { categories: ['x', 'y'] }),
      line('c', 50, 2, { categories: ['y'] }),
    ]);
    expect(takenBy(benefit('cheapest'), on)).toEqual([0, 0, 100]);
    const less = basket([
      line('a', 100, 1, { categories: ['x'] }),
      line('b', 10, 1, { categories: ['x', 'y'] }),
    ]);
    expect(takenBy(benefit('cheapest'), less)).toEqual([0, 10]);
    expect(takenBy(benefit('grouped'), less)).toEqual([0, 10]);
  });

  describe('beside another offer of its kind', () => {
    const two = (qty: number, unitUse: 'once' | 'per_role') => {
      const one = offer(buyGet(2, 1, 'cheapest', { maxTimes: 1 }), { id: 'one' });
      const other = offer(buyGet(2, 1, 'cheapest', { maxTimes: 1 }), { id: 'other' });
      return evaluateOffers([one, other], { basket: basket([line('a', 100, qty)]), options: { unitUse } })
        .totals.discountMinor;
    };

    it('uses no unit twice', () => {
      expect(two(5, 'once')).toBe(100);
      expect(two(6, 'once')).toBe(200);
    });

    it('may use a unit once in each role where asked', () => {
      expect(two(3, 'per_role')).toBe(100);
      expect(two(4, 'per_role')).toBe(200);
    });
  });

  it('rewards several units a set', () => {
    const on = basket([line('a', 300, 4), line('b', 100, 4)]);
    expect(takenBy(buyGet(2, 2, 'cheapest'), on)).toEqual([0, 400]);
    expect(takenBy(buyGet(2, 2, 'dearest'), on)).toEqual([1_200, 0]);
    expect(takenBy(buyGet(2, 2, 'grouped'), on)).toEqual([600, 200]);
    expect(takenBy(buyGet(1, 3, 'cheapest'), on)).toEqual([600, 400]);
    expect(takenBy(buyGet(3, 1, 'first'), on)).toEqual([600, 0]);
  });

  it('gives away as much as leaves enough to buy', () => {
    const benefit = (pick: Pick): BuyGetBenefit => ({
      type: 'buy_get',
      buy: { qty: 2, select: of('x') },
      get: { qty: 2, select: of('y'), pick },
      percentBp: 10_000,
    });
    // x: a a a b b, y: b b c c c. Two sets would need nine of eight units; one set buys two and rewards two.
    const on = basket([
      line('a', 500, 3, { categories: ['x'] }),
      line('b', 100, 2, { categories: ['x', 'y'] }),
      line('c', 200, 3, { categories: ['y'] }),
    ]);
    // Two sets: buy a a a b, reward b c c c.
    expect(takenBy(benefit('cheapest'), on)).toEqual([0, 100, 600]);
    expect(takenBy(benefit('dearest'), on)).toEqual([0, 100, 600]);
  });

  it('returns what an incomplete set had reserved', () => {
    const two = offer([buyGet(2, 1, 'grouped'), buyGet(1, 1, 'cheapest')]);
    // Set of three, then two are left: too few for another, enough for one and one.
    expect(evaluateOffers([two], { basket: basket([line('a', 100, 5)]) }).totals.discountMinor).toBe(200);
    expect(evaluateOffers([two], { basket: basket([line('a', 100, 4)]) }).totals.discountMinor).toBe(100);
  });

  it('leaves to later benefits only what it neither bought nor rewarded', () => {
    const rest = (first: BuyGetBenefit, lines: Parameters<typeof basket>[0]) =>
      takenBy([first, { ...buyGet(1, 1, 'dearest'), percentBp: 5_000 }], basket(lines));
    // Bought a a, rewarded b: c and d remain.
    const lines = [line('a', 400, 2), line('b', 300), line('c', 200), line('d', 100)];
    expect(rest(buyGet(2, 1, 'grouped', { maxTimes: 1 }), lines)).toEqual([0, 300, 100, 0]);
    expect(rest(buyGet(2, 1, 'cheapest', { maxTimes: 1 }), lines)).toEqual([0, 150, 0, 100]);
  });
});
