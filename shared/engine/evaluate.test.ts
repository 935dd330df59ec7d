import { describe, expect, it } from 'vitest';
import {
  amountOff,
  basket,
  couponFor,
  evaluateOffers,
  facts,
  line,
  offer,
  percentOff,
  refusalOf,
} from '../../test/fixtures/engine.ts';
import { evaluate, evaluateWith } from './evaluate.ts';
import { prepareOffers, zonesOf } from './offer-book.ts';
import { allowedCombinations, EXACT_OPEN_OFFERS, MAX_COMBINATIONS } from './search.ts';
import type { CombineMode, Offer } from './types.ts';

const stacking = (priority: number, more: Partial<Offer['stacking']> = {}) => ({
  stacking: { mode: 'stackable', priority, ...more } as Offer['stacking'],
});
const group = (name: string, priority = 0) => stacking(priority, { mode: 'group', group: name });
const exclusive = (priority = 0) => stacking(priority, { mode: 'exclusive' });

describe('a decision', () => {
  it('names offer, version, coupon and code, and what it takes off every unit', () => {
    const terms = offer(percentOff(1_000), { version: 7 });
    const { decisions, totals, search } = evaluateOffers([terms], {
      basket: basket([line('a', 105, 2), line('b', 1)]),
    });
    expect(decisions).toEqual([
      {
        offerId: 'offer-a',
        offerVersion: 7,
        couponId: 'coupon-offer-a',
        code: 'OFFER-A',
        outcome: 'accepted',
        discountMinor: 21,
        tender: false,
        taxTreatment: 'before_tax',
        lines: [
          {
            lineId: 'a',
            amountMinor: 21,
            units: [
              { units: 1, amountMinor: 11 },
              { units: 1, amountMinor: 10 },
            ],
          },
        ],
        shipping: [],
        trace: [
          { check: 'status', ok: true, facts: { status: 'active' } },
          { check: 'target', ok: true, facts: { matchingLines: 2 } },
        ],
      },
    ]);
    expect(totals).toMatchObject({ subtotalMinor: 211, discountMinor: 21, payableMinor: 190 });
    expect(search).toEqual({ mode: 'exact', combinations: 1 });
  });

  it('comes in the order in which coupons were presented', () => {
    const offers = [
      offer(percentOff(1), { id: 'z' }),
      offer(percentOff(2), { id: 'b' }),
      offer(percentOff(3), { id: 'm' }),
    ];
    expect(evaluateOffers(offers).decisions.map((decision) => decision.offerId)).toEqual(['z', 'b', 'm']);
  });

  it('is asked for an offer that was given: anything else is a mistake of the caller', () => {
    const coupons = [{ couponId: 'c', code: 'C', offerId: 'nowhere' }];
    expect(() => evaluateOffers([], { coupons })).toThrow(
      'the offer nowhere of a presented coupon was not given',
    );
  });

  it('needs a basket with something in it to accept anything', () => {
    const { decisions, totals } = evaluateOffers([offer(percentOff(1_000))], { basket: basket([]) });
    expect(decisions[0]?.outcome).toBe('refused');
    expect(totals).toMatchObject({ subtotalMinor: 0, payableMinor: 0, lines: [], taxes: [] });
  });

  it('takes one code of an offer, the one with the smaller id, whatever came first', () => {
    const terms = offer(percentOff(1_000));
    const coupons = [
      couponFor(terms, { couponId: 'k2', code: 'TWO' }),
      couponFor(terms, { couponId: 'k1', code: 'ONE' }),
    ];
    const { decisions } = evaluateOffers([terms], { coupons });
    expect(decisions[0] && refusalOf(decisions[0])).toEqual({
      code: 'not_combinable',
      nextStep: 'remove_other',
      params: { withOfferId: 'offer-a', withName: 'Offer A', withCode: 'ONE' },
    });
    expect(decisions[1]?.outcome).toBe('accepted');
    const spent = [
      couponFor(terms, { couponId: 'k1', maxUses: 1, uses: 1 }),
      couponFor(terms, { couponId: 'k2' }),
    ];
    expect(evaluateOffers([terms], { coupons: spent }).decisions.map((d) => d.outcome)).toEqual([
      'refused',
      'accepted',
    ]);
  });

  it('does not care whether the offers were prepared before', () => {
    const offers = [offer(percentOff(1_000)), offer(amountOff(100), { id: 'auto', trigger: 'automatic' })];
    const input = { basket: basket([line('a', 999, 3)]), coupons: [couponFor(offers[0] as Offer)], facts };
    expect(evaluateWith({ ...input, book: prepareOffers(offers) })).toEqual(evaluate({ ...input, offers }));
  });
});

describe('automatic offers', () => {
  const automatic = (id: string, more: Partial<Offer> = {}) =>
    offer(percentOff(1_000), { id, trigger: 'automatic', ...more });

  it('apply without a code, after presented coupons, by id', () => {
    const offers = [automatic('z'), automatic('b'), offer(percentOff(100), { id: 'm' })];
    const { decisions } = evaluateOffers(offers);
    expect(decisions.map((decision) => decision.offerId)).toEqual(['m', 'b', 'z']);
    expect(decisions[1]).not.toHaveProperty('code');
    expect(decisions[1]).not.toHaveProperty('couponId');
  });

  it('are not explained when they do not apply, unless asked for', () => {
    const offers = [automatic('late', { status: 'paused' }), automatic('now')];
    expect(evaluateOffers(offers).decisions.map((decision) => decision.offerId)).toEqual(['now']);
    const all = evaluateOffers(offers, { options: { explainAutomatic: 'all' } }).decisions;
    expect(all.map((decision) => [decision.offerId, decision.outcome])).toEqual([
      ['late', 'refused'],
      ['now', 'accepted'],
    ]);
  });

  it('are judged once when their code is presented as well', () => {
    const terms = automatic('both');
    const { decisions } = evaluateOffers([terms], { coupons: [couponFor(terms)] });
    expect(decisions).toMatchObject([{ offerId: 'both', code: 'BOTH', discountMinor: 100 }]);
  });

  it.each([
    ['sku', { skus: ['sku-a'] }, { skus: ['sku-x'] }],
    ['brand', { brands: ['Acme'] }, { brands: ['Other'] }],
    ['category', { categories: ['tea'] }, { categories: ['mugs'] }],
    ['tag', { tags: ['new'] }, { tags: ['old'] }],
    ['price', { unitPriceFromMinor: 1_000 }, { unitPriceFromMinor: 1_001 }],
  ])('are found by the goods that they need: %s', (_what, here, elsewhere) => {
    const on = basket([line('a', 1_000, 1, { brand: 'Acme', categories: ['tea'], tags: ['new'] })]);
    const on1 = (include: object) => ({ scope: 'items', select: { include } }) as const;
    const offers = [
      automatic('here', { benefits: [percentOff(1_000, { target: on1(here) })] }),
      automatic('elsewhere', { benefits: [percentOff(1_000, { target: on1(elsewhere) })] }),
      automatic('either', {
        benefits: [percentOff(100, { target: on1(here) }), percentOff(100, { target: on1(elsewhere) })],
      }),
      automatic('condition', { conditions: [{ type: 'has_items', select: { include: here } }] }),
      automatic('no condition', { conditions: [{ type: 'has_items', select: { include: elsewhere } }] }),
      automatic('amount', { conditions: [{ type: 'min_quantity', qty: 1, select: { include: here } }] }),
    ];
    const applied = evaluateOffers(offers, { basket: on }).decisions.map((decision) => decision.offerId);
    expect(applied).toEqual(['amount', 'condition', 'either', 'here']);
  });
});

describe('stacking', () => {
  const modes: CombineMode[] = ['best_combination', 'stack'];

  it('puts goods before the order, the order before delivery, and both before what is taken after tax', () => {
    const offers = [
      offer(amountOff(100), { id: 'd', taxTreatment: 'after_tax', ...stacking(9) }),
      offer(percentOff(1_000, { target: { scope: 'order' } }), { id: 'c', ...stacking(5) }),
      offer(percentOff(5_000), { id: 'a' }),
    ];
    const { decisions } = evaluateOffers(offers);
    expect(decisions.map((d) => d.outcome === 'accepted' && d.discountMinor)).toEqual([100, 50, 500]);
  });

  it('goes by priority alone, or as given, where asked', () => {
    const offers = [
      offer(percentOff(5_000), { id: 'a' }),
      offer(amountOff(100, { target: { scope: 'order' } }), { id: 'b', ...stacking(1) }),
    ];
    const taken = (order: 'staged' | 'priority' | 'given', list = offers) =>
      evaluateOffers(list, { options: { order, combine: 'stack' } }).decisions.map(
        (d) => d.outcome === 'accepted' && d.discountMinor,
      );
    expect(taken('staged')).toEqual([500, 100]);
    expect(taken('priority')).toEqual([450, 100]);
    expect(taken('given')).toEqual([500, 100]);
    expect(taken('given', [...offers].reverse())).toEqual([100, 450]);
  });

  it('breaks equal priority by id', () => {
    const offers = [
      offer(percentOff(5_000), { id: 'b' }),
      offer(amountOff(100, { per: 'line', target: { scope: 'items' } }), { id: 'a' }),
    ];
    const { decisions } = evaluateOffers(offers, { options: { combine: 'stack' } });
    expect(decisions).toMatchObject([{ discountMinor: 450 }, { discountMinor: 100 }]);
  });

  it.each(modes)('lets one of a group apply: %s', (combine) => {
    const offers = [
      offer(percentOff(1_000), { id: 'a', ...group('g', 1) }),
      offer(percentOff(2_000), { id: 'b', ...group('g') }),
      offer(percentOff(1_000), { id: 'c', ...group('h') }),
    ];
    const { decisions } = evaluateOffers(offers, { options: { combine } });
    const kept = combine === 'stack' ? 'a' : 'b';
    expect(decisions.filter((d) => d.outcome === 'accepted').map((d) => d.offerId)).toEqual([kept, 'c']);
    const loser = decisions.find((d) => d.outcome === 'refused');
    expect(loser && refusalOf(loser)).toMatchObject({
      code: 'not_combinable',
      params: { withOfferId: kept },
    });
  });

  it('lets an exclusive offer apply alone when that is cheaper', () => {
    const alone = offer(percentOff(3_000), { id: 'a', ...exclusive() });
    const others = [offer(percentOff(1_000), { id: 'b' }), offer(percentOff(1_000), { id: 'c' })];
    const applied = (offers: Offer[], combine: CombineMode) =>
      evaluateOffers(offers, { options: { combine } })
        .decisions.filter((d) => d.outcome === 'accepted')
        .map((d) => d.offerId);
    expect(applied([alone, ...others], 'best_combination')).toEqual(['a']);
    expect(applied([{ ...alone, benefits: [percentOff(1_500)] }, ...others], 'best_combination')).toEqual([
      'b',
      'c',
    ]);
    expect(applied([{ ...alone, benefits: [percentOff(100)] }, ...others], 'stack')).toEqual(['a']);
    expect(
      applied([alone, offer(percentOff(4_000), { id: 'z', ...exclusive() })], 'best_combination'),
    ).toEqual(['z']);
  });

  it('tells who was left out for an exclusive offer, or an exclusive one left out for others, with whom they clash', () => {
    const code = (offers: Offer[]) => evaluateOffers(offers).decisions.map((decision) => refusalOf(decision));
    const strong = offer(percentOff(9_000), { id: 'strong', trigger: 'automatic', ...exclusive() });
    const clash = {
      code: 'not_combinable',
      nextStep: 'none',
      params: { withOfferId: 'strong', withName: 'Offer A' },
    };
    expect(code([offer(percentOff(1_000), { id: 'weak' }), strong])).toEqual([clash, undefined]);
    expect(code([offer(percentOff(1_000), { id: 'weak', ...group('g') }), strong])).toEqual([
      clash,
      undefined,
    ]);
    const others = [
      offer(percentOff(9_000), { id: 'strong' }),
      offer(percentOff(1_000), { id: 'weak', ...exclusive() }),
    ];
    expect(code(others)).toMatchObject([
      undefined,
      { code: 'not_combinable', nextStep: 'remove_other', params: { withCode: 'STRONG' } },
    ]);
  });

  it('takes members of different groups for no rivals', () => {
    const limited = {
      conditions: [{ type: 'min_spend', amountMinor: 900, measure: 'after_discounts' }],
    } as Partial<Offer>;
    const { decisions } = evaluateOffers([
      offer(percentOff(5_000), { id: 'a', ...group('g', 1) }),
      offer(percentOff(1_000), { id: 'b', ...limited, ...group('h') }),
      offer(percentOff(1_000), { id: 'c', ...limited }),
    ]);
    expect(decisions.map((decision) => refusalOf(decision)?.code)).toEqual([
      undefined,
      'min_spend',
      'min_spend',
    ]);
  });

  it('breaks a tie by priority, then id', () => {
    const pair = (first: number, second: number) => [
      offer(percentOff(1_000), { id: 'b', ...group('g', first) }),
      offer(percentOff(1_000), { id: 'a', ...group('g', second) }),
    ];
    const applied = (offers: Offer[]) =>
      evaluateOffers(offers).decisions.find((d) => d.outcome === 'accepted')?.offerId;
    expect(applied(pair(1, 0))).toBe('b');
    expect(applied(pair(0, 0))).toBe('a');
  });

  it('leaves out an offer that would cost the customer another', () => {
    // Applied first, the small discount would put the basket below what the large one asks for.
    const small = offer(amountOff(10), { id: 'small', ...stacking(1) });
    const large = offer(amountOff(400), {
      id: 'large',
      conditions: [{ type: 'min_spend', amountMinor: 1_000, measure: 'after_discounts' }],
    });
    const best = evaluateOffers([small, large]);
    expect(best.totals.payableMinor).toBe(600);
    expect(best.decisions[0] && refusalOf(best.decisions[0])).toEqual({
      code: 'superseded',
      nextStep: 'remove_other',
      params: { withOfferId: 'large', withName: 'Offer A', withCode: 'LARGE' },
    });
    expect(best.decisions[0]?.trace.at(-1)).toMatchObject({ check: 'combination', ok: false });
    expect(evaluateOffers([small, large], { options: { combine: 'stack' } }).totals.payableMinor).toBe(990);
  });

  it('tells an offer that could not join what it lacked', () => {
    const first = offer(percentOff(5_000), { id: 'first', ...stacking(1) });
    const second = offer(amountOff(10), {
      id: 'second',
      conditions: [{ type: 'min_spend', amountMinor: 900, measure: 'after_discounts' }],
    });
    const { decisions } = evaluateOffers([first, second]);
    expect(decisions[1] && refusalOf(decisions[1])).toMatchObject({
      code: 'min_spend',
      params: { missingMinor: 400 },
    });
  });

  it('does not spend the use of an offer that has nothing left to take', () => {
    const all = offer(percentOff(10_000), { id: 'all', ...stacking(1) });
    const more = offer(percentOff(1_000), { id: 'more' });
    for (const combine of ['best_combination', 'stack'] as const) {
      const { decisions } = evaluateOffers([all, more], { options: { combine } });
      expect(decisions[1] && refusalOf(decisions[1])).toEqual({
        code: 'no_discount',
        nextStep: 'none',
        params: {},
      });
    }
  });

  it('keeps several benefits of one offer together', () => {
    const on = basket([line('a', 1_000)], { shipping: [{ id: 's', amountMinor: 400 }] });
    const { decisions, totals } = evaluateOffers(
      [
        offer([
          percentOff(1_000),
          amountOff(50, { per: 'line', target: { scope: 'items' } }),
          { type: 'free_shipping' },
        ]),
      ],
      { basket: on },
    );
    expect(decisions).toMatchObject([
      {
        discountMinor: 550,
        lines: [{ lineId: 'a', amountMinor: 150 }],
        shipping: [{ shippingId: 's', amountMinor: 400 }],
      },
    ]);
    expect(totals.payableMinor).toBe(850);
  });
});

describe('the search', () => {
  const rivals = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      offer(amountOff(10 + i), {
        id: `o${String(i).padStart(2, '0')}`,
        conditions: [{ type: 'min_spend', amountMinor: 900, measure: 'after_discounts' }],
      }),
    );

  it('is exact up to the stated number of offers that may or may not join', () => {
    expect(2 ** EXACT_OPEN_OFFERS).toBe(MAX_COMBINATIONS);
    const { search, totals } = evaluateOffers(rivals(EXACT_OPEN_OFFERS));
    expect(search).toEqual({ mode: 'exact', combinations: MAX_COMBINATIONS - 1 });
    // Nine of the ten largest fit before the basket falls below 9.00.
    expect(totals.payableMinor).toBeLessThan(900);
  });

  it('says that it was bounded beyond it, and still finds a good combination', () => {
    const { search, totals } = evaluateOffers(rivals(EXACT_OPEN_OFFERS + 1));
    expect(search.mode).toBe('bounded');
    expect(search.combinations).toBeLessThanOrEqual(MAX_COMBINATIONS * 2);
    expect(totals.payableMinor).toBeLessThan(900);
  });

  it('is bounded among many exclusive offers and groups too', () => {
    const many = Array.from({ length: 1_100 }, (_, i) =>
      offer(percentOff(1 + i), { id: `x${String(i).padStart(4, '0')}`, ...exclusive(i) }),
    );
    const { search, decisions } = evaluateOffers(many);
    expect(search.mode).toBe('bounded');
    expect(decisions.find((d) => d.outcome === 'accepted')?.offerId).toBe('x1099');
    const groups = Array.from({ length: 12 }, (_, i) =>
      offer(percentOff(100 + i), { id: `g${String(i).padStart(2, '0')}`, ...group(`g${i % 6}`) }),
    );
    const best = evaluateOffers(groups, { basket: basket([line('a', 1_000_000)]) });
    expect(best.search).toEqual({ mode: 'exact', combinations: 64 });
    expect(best.decisions.filter((d) => d.outcome === 'accepted').map((d) => d.offerId)).toEqual([
      'g06',
      'g07',
      'g08',
      'g09',
      'g10',
      'g11',
    ]);
  });

  it('tries less on a basket so large that all would take long', () => {
    expect(allowedCombinations(200, 20)).toBe(MAX_COMBINATIONS);
    expect(allowedCombinations(2_000, 20)).toBe(102);
    expect(allowedCombinations(2_000, 1_000)).toBe(16);
    expect(allowedCombinations(0, 0)).toBe(MAX_COMBINATIONS);
    const lines = Array.from({ length: 1_000 }, (_, i) => line(String(i), 1));
    expect(evaluateOffers(rivals(EXACT_OPEN_OFFERS), { basket: basket(lines) }).search).toMatchObject({
      mode: 'bounded',
    });
  });

  it('does not try what cannot hurt', () => {
    const plain = Array.from({ length: 30 }, (_, i) => offer(percentOff(100), { id: `p${i}` }));
    expect(evaluateOffers(plain).search).toEqual({ mode: 'exact', combinations: 1 });
    const order = [
      offer(amountOff(10), { id: 'a' }),
      offer(percentOff(100, { target: { scope: 'order' } }), { id: 'b' }),
      ...plain,
    ];
    expect(evaluateOffers(order).search.combinations).toBe(1);
  });

  it('tries offers whose shares could get in each other’s way', () => {
    const spread = (id: string, include: object) =>
      offer(amountOff(10, { target: { scope: 'order', select: { include } } }), { id });
    const on = basket([
      line('a', 100, 1, { categories: ['x'] }),
      line('b', 100, 1, { categories: ['x', 'y'] }),
    ]);
    const apart = [spread('a', { categories: ['x'] }), spread('b', { categories: ['y'] })];
    expect(evaluateOffers(apart, { basket: on }).search.combinations).toBe(3);
    const alike = [spread('a', { categories: ['x'] }), spread('b', { categories: ['x'] })];
    expect(evaluateOffers(alike, { basket: on }).search.combinations).toBe(1);
    const taxed = basket(
      [
        line('a', 100, 1, { categories: ['x'], taxRatePpm: 70_000 }),
        line('b', 100, 1, { categories: ['x'] }),
      ],
      { taxMode: 'exclusive' },
    );
    expect(evaluateOffers(alike, { basket: taxed }).search.combinations).toBe(3);
  });
});

describe('best of each line', () => {
  const best = { options: { combine: 'best_per_line' } } as const;

  it('keeps the largest discount of every line and of every delivery', () => {
    const on = basket([line('a', 1_000, 1, { categories: ['x'] }), line('b', 1_000)], {
      shipping: [{ id: 's', amountMinor: 300 }],
    });
    const offers = [
      offer(percentOff(2_000, { target: { scope: 'items', select: { include: { categories: ['x'] } } } }), {
        id: 'x',
      }),
      offer(percentOff(1_000), { id: 'all' }),
      offer(amountOff(100, { target: { scope: 'shipping' } }), { id: 'ship' }),
      offer({ type: 'free_shipping' }, { id: 'free' }),
    ];
    const { decisions } = evaluateOffers(offers, { basket: on, ...best });
    expect(decisions).toMatchObject([
      { offerId: 'x', discountMinor: 200 },
      { offerId: 'all', discountMinor: 100, lines: [{ lineId: 'b', amountMinor: 100 }] },
      { offerId: 'ship', outcome: 'refused', refusal: { code: 'superseded' } },
      { offerId: 'free', discountMinor: 300 },
    ]);
  });

  it('gives a tie to the higher priority', () => {
    const offers = [
      offer(percentOff(1_000), { id: 'a' }),
      offer(percentOff(1_000), { id: 'b', ...stacking(1) }),
    ];
    const { decisions } = evaluateOffers(offers, best);
    expect(decisions.map((d) => d.outcome)).toEqual(['refused', 'accepted']);
    expect(decisions[0] && refusalOf(decisions[0])).toMatchObject({
      code: 'superseded',
      params: { withOfferId: 'b' },
    });
  });

  it('weighs several benefits of one offer together', () => {
    const on = basket([line('a', 1_000)], { shipping: [{ id: 's', amountMinor: 300 }] });
    const offers = [
      offer([percentOff(1_000), percentOff(1_000), { type: 'free_shipping' }], { id: 'two' }),
      offer(percentOff(1_500), { id: 'one' }),
    ];
    const { decisions } = evaluateOffers(offers, { basket: on, ...best });
    expect(decisions).toMatchObject([
      { discountMinor: 490, lines: [{ amountMinor: 190 }] },
      { outcome: 'refused' },
    ]);
  });

  it('passes lines on when a budget stops the winner, and keeps the reason', () => {
    const offers = [
      offer(percentOff(5_000), { id: 'poor', limits: { budgetMinor: 499 } }),
      offer(percentOff(1_000), { id: 'next' }),
      offer(percentOff(9_000), {
        id: 'late',
        conditions: [{ type: 'min_spend', amountMinor: 1_001, measure: 'after_discounts' }],
      }),
      offer([percentOff(9_000), percentOff(1)], {
        id: 'late too',
        conditions: [{ type: 'min_spend', amountMinor: 1_001, measure: 'after_discounts' }],
      }),
    ];
    const { decisions, totals } = evaluateOffers(offers, best);
    expect(totals.payableMinor).toBe(900);
    expect(decisions.map((d) => refusalOf(d)?.code)).toEqual([
      'budget_exhausted',
      undefined,
      'min_spend',
      'min_spend',
    ]);
  });
});

describe('one offer for the basket', () => {
  it('is the one that leaves least to pay', () => {
    const offers = [
      offer(percentOff(1_000), { id: 'a' }),
      offer(percentOff(2_000), { id: 'b' }),
      offer(percentOff(2_000), { id: 'c' }),
      offer(percentOff(9_000), { id: 'd', limits: { budgetMinor: 1 } }),
    ];
    const { decisions, totals } = evaluateOffers(offers, { options: { combine: 'best_single' } });
    expect(totals.payableMinor).toBe(800);
    expect(decisions.map((d) => refusalOf(d)?.code)).toEqual([
      'superseded',
      undefined,
      'superseded',
      'budget_exhausted',
    ]);
  });
});

describe('lanes', () => {
  it('are settled one after another, each in its own way', () => {
    const cut = (id: string, percentBp: number) =>
      offer(percentOff(percentBp), { id, ...stacking(0, { lane: 0 }) });
    const voucher = (id: string, percentBp: number) =>
      offer(percentOff(percentBp), { id, ...stacking(0, { lane: 1 }) });
    const offers = [voucher('v1', 1_000), voucher('v2', 1_000), cut('c1', 2_000), cut('c2', 5_000)];
    const { decisions, totals, search } = evaluateOffers(offers, {
      options: { laneModes: { 0: 'best_single' } },
    });
    expect(decisions.map((d) => d.outcome)).toEqual(['accepted', 'accepted', 'refused', 'accepted']);
    expect(totals.payableMinor).toBe(405);
    expect(search.combinations).toBe(3);
  });
});

describe('what lanes hand on', () => {
  it('keeps the tender and the untouched tax of earlier lanes in the totals', () => {
    const on = basket([line('a', 1_000, 1, { taxRatePpm: 200_000 })], {
      taxMode: 'exclusive',
      shipping: [{ id: 's', amountMinor: 500, taxRatePpm: 200_000 }],
    });
    const funded = offer([amountOff(100), amountOff(50, { target: { scope: 'shipping' } })], {
      id: 'funded',
      fundedBy: { type: 'manufacturer' },
      taxTreatment: 'after_tax',
      ...stacking(0, { lane: 0 }),
    });
    const own = offer(percentOff(1_000), { id: 'own', ...stacking(0, { lane: 1 }) });
    const { totals, decisions } = evaluateOffers([own, funded], { basket: on });
    expect(decisions).toMatchObject([{ discountMinor: 90 }, { discountMinor: 150 }]);
    expect(totals).toMatchObject({
      discountMinor: 90,
      shippingDiscountMinor: 0,
      tenderMinor: 150,
      netMinor: 1_410,
      taxMinor: 282,
      payableMinor: 1_410 + 282 - 150,
    });
  });
});

describe('a target on delivery', () => {
  const target = { scope: 'shipping' } as const;

  it('is found when something is delivered, and asked for otherwise', () => {
    const delivered = basket([line('a', 100)], { shipping: [{ id: 's', amountMinor: 500 }] });
    const found = evaluateOffers([offer(percentOff(1_000, { target }))], { basket: delivered }).decisions[0];
    expect(found).toMatchObject({ outcome: 'accepted', shipping: [{ shippingId: 's', amountMinor: 50 }] });
    expect(found?.trace.at(-1)).toEqual({ check: 'target', ok: true, facts: { matchingLines: 1 } });
    const nothing = evaluateOffers([offer(percentOff(1_000, { target }))]).decisions[0];
    expect(nothing && refusalOf(nothing)?.code).toBe('no_matching_items');
  });

  it('adds up over several benefits of one offer', () => {
    const delivered = basket([line('a', 100)], { shipping: [{ id: 's', amountMinor: 500 }] });
    const twice = offer([percentOff(1_000, { target }), percentOff(1_000, { target })]);
    expect(evaluateOffers([twice], { basket: delivered }).decisions).toMatchObject([
      { discountMinor: 95, shipping: [{ shippingId: 's', amountMinor: 95 }] },
    ]);
  });
});

describe('several stopped offers', () => {
  it('are each told why, and the rest is applied', () => {
    const poor = (id: string, priority: number) =>
      offer(percentOff(5_000), { id, limits: { budgetMinor: 1 }, ...stacking(priority) });
    const { decisions, totals, search } = evaluateOffers(
      [poor('a', 2), offer(percentOff(1_000), { id: 'b' }), poor('c', 1)],
      {
        options: { combine: 'stack' },
      },
    );
    expect(decisions.map((decision) => refusalOf(decision)?.code)).toEqual([
      'budget_exhausted',
      undefined,
      'budget_exhausted',
    ]);
    expect(decisions[0]?.trace.at(-1)).toEqual({
      check: 'budget',
      ok: false,
      facts: { leftMinor: 1, wantedMinor: 500 },
    });
    expect(totals.payableMinor).toBe(900);
    expect(search).toEqual({ mode: 'exact', combinations: 3 });
  });

  it('spend nothing of a campaign that another offer needs', () => {
    const campaigns = { c: { budgetMinor: 120 } };
    const offers = [
      offer(percentOff(2_000), { id: 'large', campaignId: 'c', ...stacking(1) }),
      offer(percentOff(1_000), { id: 'small', campaignId: 'c' }),
    ];
    const { decisions } = evaluateOffers(offers, { facts: { campaigns } });
    expect(decisions.map((decision) => refusalOf(decision)?.code)).toEqual(['budget_exhausted', undefined]);
  });
});

describe('zonesOf', () => {
  it('lists every zone that judging needs, once', () => {
    const offers = [
      offer(percentOff(1), { validity: { days: { zone: 'Europe/Rome' } } }),
      offer(percentOff(1), {
        conditions: [{ type: 'hours', zone: 'Asia/Tokyo', windows: [] }, { type: 'customer_required' }],
      }),
      offer(percentOff(1), { validity: { days: { zone: 'Europe/Rome' } } }),
    ];
    expect(zonesOf(offers)).toEqual(['Asia/Tokyo', 'Europe/Rome']);
  });
});
