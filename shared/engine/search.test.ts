import { describe, expect, it } from 'vitest';
import {
  amountOff,
  basket,
  evaluateOffers,
  line,
  offer,
  percentOff,
  type Scenario,
} from '../../test/fixtures/engine.ts';
import { goesFirst } from './search.ts';
import type { Benefit, Offer } from './types.ts';

describe('of two combinations that cost the same', () => {
  it.each([
    [[0], [1], true],
    [[1], [0], false],
    [[0, 3], [0, 2], false],
    [[0, 2], [0, 3], true],
    [[1, 2], [0, 9], false],
    [[0], [0, 1], true],
    [[0, 1], [0], false],
    [[0, 1], [0, 1], false],
    [[], [0], true],
  ])('%j goes before %j: %s', (ranks, other, first) => {
    expect(goesFirst(ranks, other)).toBe(first);
  });

  it('an exclusive offer of higher priority goes before others, one of lower priority does not', () => {
    const applied = (priority: number) =>
      evaluateOffers([
        offer(percentOff(1_000), { id: 'many', stacking: { mode: 'stackable', priority: 5 } }),
        offer(percentOff(1_000), { id: 'alone', stacking: { mode: 'exclusive', priority } }),
      ]).decisions.flatMap((decision) => (decision.outcome === 'accepted' ? decision.offerId : []));
    expect(applied(9)).toEqual(['alone']);
    expect(applied(1)).toEqual(['many']);
  });
});

/** How many combinations are tried for these offers: one when none of them needs trying. */
function tried(
  offers: readonly Partial<Offer>[],
  benefits: readonly Benefit[],
  scenario: Scenario = {},
): number {
  const list = benefits.map((benefit, i) => offer(benefit, { id: `o${i}`, ...offers[i] }));
  return evaluateOffers(list, scenario).search.combinations;
}

const pick: Benefit = percentOff(1_000, {
  target: { scope: 'items', units: { pick: 'first', maxUnits: 1 } },
});
const inGroup = (group: string): Partial<Offer> => ({ stacking: { mode: 'group', group, priority: 0 } });

describe('what is tried', () => {
  it('is nothing when offers take their part line by line', () => {
    expect(tried([], [percentOff(1), percentOff(2), percentOff(3)])).toBe(1);
  });

  it('is everything as soon as a budget or a late condition can stop one', () => {
    expect(tried([{ limits: { budgetMinor: 10_000 } }], [percentOff(100), percentOff(200)])).toBe(3);
    expect(
      tried(
        [{ conditions: [{ type: 'min_spend', amountMinor: 1, measure: 'after_discounts' }] }],
        [percentOff(100), percentOff(200)],
      ),
    ).toBe(3);
    expect(
      tried(
        [{ conditions: [{ type: 'min_spend', amountMinor: 1, measure: 'before_discounts' }] }],
        [percentOff(100), percentOff(200)],
      ),
    ).toBe(1);
    const campaigns = { c: { budgetMinor: 10_000 } };
    expect(tried([{ campaignId: 'c' }], [percentOff(100), percentOff(200)], { facts: { campaigns } })).toBe(
      3,
    );
  });

  it('is each of several that pick units, but not a single one', () => {
    expect(tried([], [pick, percentOff(100)])).toBe(1);
    expect(tried([], [pick, pick])).toBe(3);
    expect(tried([], [pick, pick, percentOff(100)])).toBe(4);
    expect(tried([], [pick, pick, pick])).toBe(7);
  });

  it('is each that splits a sum when something works line by line after it', () => {
    const capped = percentOff(1_000, { maxDiscountMinor: 50 });
    const before = { stacking: { mode: 'stackable', priority: 1 } } as const;
    expect(tried([before], [capped, percentOff(100)])).toBe(2);
    expect(tried([], [percentOff(100), amountOff(10), amountOff(20)])).toBe(1);
    expect(
      tried([], [amountOff(10), percentOff(100, { target: { scope: 'shipping' } }), amountOff(20)]),
    ).toBe(1);
  });

  it('is each that comes before a split whose shares something takes a part of', () => {
    const fixed: Benefit = {
      type: 'fixed_price',
      priceMinor: 252,
      target: { scope: 'order' },
      maxDiscountMinor: 20,
    };
    const percent = percentOff(6_980);
    const cake: Benefit = {
      type: 'buy_get',
      buy: { qty: 1, select: { include: { categories: ['cake'] } } },
      get: { qty: 1, pick: 'cheapest' },
      percentBp: 1_000,
    };
    const cart = basket([line('a', 10), line('b', 42, 5), line('c', 26, 2, { categories: ['cake'] })]);
    const payable = (...benefits: Benefit[]) =>
      evaluateOffers(
        benefits.map((benefit, i) =>
          offer(benefit, { id: `o${i}`, ...(benefit === percent ? { taxTreatment: 'after_tax' } : {}) }),
        ),
        { basket: cart },
      ).totals.payableMinor;
    expect(payable(fixed, percent)).toBe(76);
    expect(payable(cake, fixed, percent)).toBe(76);
  });

  it('is each that splits a sum over lines that are taxed differently, where tax comes on top', () => {
    const lines = (rate: number | undefined) => [
      line('a', 500, 1, { taxRatePpm: 70_000 }),
      line('b', 500, 1, rate === undefined ? {} : { taxRatePpm: rate }),
    ];
    const on = (rate: number | undefined, taxMode: 'inclusive' | 'exclusive') => ({
      basket: basket(lines(rate), { taxMode }),
    });
    const two = [amountOff(10), amountOff(20)];
    expect(tried([], two, on(70_000, 'exclusive'))).toBe(1);
    expect(tried([], two, on(200_000, 'exclusive'))).toBe(3);
    expect(tried([], two, on(undefined, 'exclusive'))).toBe(3);
    expect(tried([], two, on(200_000, 'inclusive'))).toBe(1);
    expect(
      tried([], two, { basket: basket([line('a', 500), line('b', 500)], { taxMode: 'exclusive' }) }),
    ).toBe(1);
  });

  it('is each member of a group, and none of them too when that could be better', () => {
    expect(tried([inGroup('g'), inGroup('g')], [percentOff(100), percentOff(200)])).toBe(2);
    expect(tried([inGroup('g')], [percentOff(100), percentOff(200)])).toBe(1);
    expect(tried([inGroup('g'), inGroup('h')], [percentOff(100), percentOff(200)])).toBe(1);
    expect(tried([inGroup('g'), inGroup('g')], [pick, pick])).toBe(2);
    expect(
      tried(
        [inGroup('g'), { ...inGroup('g'), limits: { budgetMinor: 900 } }],
        [percentOff(100), percentOff(200)],
      ),
    ).toBe(2);
    expect(tried([{ ...inGroup('g'), limits: { budgetMinor: 900 } }], [percentOff(100)])).toBe(1);
  });

  it('is each exclusive offer by itself', () => {
    const alone = { stacking: { mode: 'exclusive', priority: 0 } } as const;
    expect(tried([alone, alone], [percentOff(100), percentOff(200), percentOff(300)])).toBe(3);
    expect(tried([alone], [percentOff(100)])).toBe(1);
  });
});

describe('beyond the bound', () => {
  const many = (count: number, more: (i: number) => Partial<Offer>) =>
    Array.from({ length: count }, (_, i) =>
      offer(amountOff(1), { id: `o${String(i).padStart(3, '0')}`, ...more(i) }),
    );

  it('everything that joins without harm is found, though not every combination is tried', () => {
    const { search, totals } = evaluateOffers(many(40, () => ({ limits: { budgetMinor: 1 } })));
    expect(search.mode).toBe('bounded');
    expect(search.combinations).toBeLessThan(200);
    expect(totals.payableMinor).toBe(960);
  });

  it('an offer is exchanged for a better one of its group', () => {
    const offers = many(24, (i) => ({
      ...inGroup(`g${i % 12}`),
      benefits: [amountOff(1 + i)],
      limits: { budgetMinor: 100 },
    }));
    const { search, totals } = evaluateOffers(offers);
    expect(search.mode).toBe('bounded');
    // The twelve larger ones: 13 to 24.
    expect(totals.payableMinor).toBe(1_000 - 222);
  });

  it('exclusive offers are tried by priority, half as many as combinations', () => {
    const offers = [
      ...many(40, () => ({ limits: { budgetMinor: 1 } })),
      offer(amountOff(500), { id: 'alone', stacking: { mode: 'exclusive', priority: 1 } }),
    ];
    const { decisions } = evaluateOffers(offers);
    expect(
      decisions.filter((decision) => decision.outcome === 'accepted').map((decision) => decision.offerId),
    ).toEqual(['alone']);
  });
});
