import { describe, expect, it } from 'vitest';
import {
  amountOff,
  basket,
  couponFor,
  evaluateOffers,
  line,
  NOW,
  offer,
  onlyDecision,
  percentOff,
  refusalOf,
  type Scenario,
} from '../../../test/fixtures/engine.ts';
import type { Decision, Offer, OfferUses, PresentedCoupon } from '../types.ts';

function decide(
  more: Partial<Offer>,
  scenario: Scenario = {},
  coupon: Partial<PresentedCoupon> = {},
): Decision {
  const terms = offer(percentOff(1_000), more);
  return onlyDecision(evaluateOffers([terms], { coupons: [couponFor(terms, coupon)], ...scenario }));
}

describe('status', () => {
  it('lets an active offer through and says so first', () => {
    expect(decide({}).trace[0]).toEqual({ check: 'status', ok: true, facts: { status: 'active' } });
  });

  it('refuses a paused one until a manager resumes it, and an archived one for good', () => {
    expect(refusalOf(decide({ status: 'paused' }))).toEqual({
      code: 'paused',
      nextStep: 'ask_manager',
      params: { status: 'paused' },
    });
    expect(refusalOf(decide({ status: 'archived' }))).toMatchObject({ code: 'archived', nextStep: 'none' });
  });
});

describe('currency', () => {
  const inYen = { basket: basket([line('a', 1_000)], { currency: 'JPY' }) };

  it('is never converted: an offer that names amounts holds in its own only', () => {
    const mismatch = {
      code: 'currency_mismatch',
      nextStep: 'none',
      params: { offerCurrency: 'EUR', basketCurrency: 'JPY' },
    };
    const named: Partial<Offer>[] = [
      { benefits: [amountOff(1)] },
      { benefits: [percentOff(1, { maxDiscountMinor: 5 })] },
      { conditions: [{ type: 'min_spend', amountMinor: 1, measure: 'before_discounts' }] },
      { limits: { budgetMinor: 5 } },
      {
        benefits: [
          {
            type: 'tiered',
            measure: 'spend',
            tiers: [{ from: 1, percentBp: 1 }],
            target: { scope: 'order' },
            base: 'original',
          },
        ],
      },
      { conditions: [{ type: 'has_items', select: { include: { unitPriceFromMinor: 1 } } }] },
    ];
    for (const terms of named) expect(refusalOf(decide(terms, inYen))).toEqual(mismatch);
  });

  it('does not matter to an offer without amounts', () => {
    expect(decide({}, inYen).outcome).toBe('accepted');
    expect(decide({ limits: { total: 3 } }, inYen).outcome).toBe('accepted');
  });
});

describe('validity', () => {
  it('includes its first and its last instant', () => {
    expect(decide({ validity: { startsAt: NOW } }).outcome).toBe('accepted');
    expect(decide({ validity: { endsAt: NOW } }).outcome).toBe('accepted');
    expect(refusalOf(decide({ validity: { startsAt: NOW + 1 } }))).toEqual({
      code: 'not_started',
      nextStep: 'come_back',
      params: { now: NOW, startsAt: NOW + 1 },
    });
    expect(refusalOf(decide({ validity: { endsAt: NOW - 1 } }))).toEqual({
      code: 'expired',
      nextStep: 'none',
      params: { now: NOW, endedAt: NOW - 1 },
    });
  });

  it('traces the end that counts', () => {
    expect(decide({ validity: { endsAt: NOW + 9 } }).trace).toContainEqual({
      check: 'validity',
      ok: true,
      facts: { now: NOW, endsAt: NOW + 9 },
    });
    expect(decide({ validity: { startsAt: NOW } }).trace).toContainEqual({
      check: 'validity',
      ok: true,
      facts: { now: NOW },
    });
    expect(decide({}).trace.map((step) => step.check)).toEqual(['status', 'target']);
  });

  it('counts days from the issue of the code', () => {
    const validity = { afterIssueMs: 1_000 };
    expect(decide({ validity }, {}, { issuedAt: NOW - 1_000 }).outcome).toBe('accepted');
    expect(refusalOf(decide({ validity }, {}, { issuedAt: NOW - 1_001 }))?.params).toEqual({
      now: NOW,
      endedAt: NOW - 1,
    });
    expect(decide({ validity }).outcome).toBe('accepted');
  });

  it('takes the earliest of the ends of offer, campaign and code, and the latest start', () => {
    const campaigns = (window: { startsAt?: number; endsAt?: number }) => ({
      facts: { campaigns: { c: window } },
    });
    const terms = { campaignId: 'c', validity: { startsAt: NOW - 9, endsAt: NOW + 9 } };
    expect(decide(terms, campaigns({ startsAt: NOW - 1, endsAt: NOW })).outcome).toBe('accepted');
    expect(refusalOf(decide(terms, campaigns({ startsAt: NOW + 2 })))?.code).toBe('not_started');
    expect(refusalOf(decide(terms, campaigns({ endsAt: NOW - 2 })))?.params.endedAt).toBe(NOW - 2);
    expect(refusalOf(decide(terms, {}, { expiresAt: NOW - 3 }))?.params.endedAt).toBe(NOW - 3);
    expect(decide({ ...terms, campaignId: 'other' }, campaigns({ endsAt: NOW - 2 })).outcome).toBe(
      'accepted',
    );
  });

  describe('by the calendar of a zone', () => {
    const on = (date: string) => ({
      facts: { wallTimes: { 'Asia/Tokyo': { date, weekday: 1, minuteOfDay: 0 } } },
    });
    const days = { zone: 'Asia/Tokyo', first: '2026-11-24', last: '2026-12-24' };

    it('includes the whole first and last day', () => {
      expect(decide({ validity: { days } }, on('2026-11-24')).outcome).toBe('accepted');
      expect(decide({ validity: { days } }, on('2026-12-24')).outcome).toBe('accepted');
    });

    it('says from which day, or until which day', () => {
      expect(refusalOf(decide({ validity: { days } }, on('2026-11-23')))).toEqual({
        code: 'not_started',
        nextStep: 'come_back',
        params: { today: '2026-11-23', firstDay: '2026-11-24', zone: 'Asia/Tokyo' },
      });
      expect(refusalOf(decide({ validity: { days } }, on('2026-12-25')))).toEqual({
        code: 'expired',
        nextStep: 'none',
        params: { today: '2026-12-25', lastDay: '2026-12-24', zone: 'Asia/Tokyo' },
      });
    });

    it('may be open at either end', () => {
      const from = { zone: days.zone, first: days.first };
      const until = { zone: days.zone, last: days.last };
      expect(decide({ validity: { days: from } }, on('2030-01-01')).outcome).toBe('accepted');
      expect(decide({ validity: { days: until } }, on('2020-01-01')).outcome).toBe('accepted');
      expect(decide({ validity: { days: until } }, on('2020-01-01')).trace).toContainEqual({
        check: 'validity',
        ok: true,
        facts: { now: NOW },
      });
    });
  });
});

describe('limits', () => {
  const used = (uses: OfferUses): Scenario => ({
    facts: { uses: { 'offer-a': uses }, customer: { id: 'c' }, locationId: 'l', operatorId: 'o' },
  });

  it.each([
    ['total', 'total', 'limit_total', 'exhausted', 'none'],
    ['perCustomer', 'byCustomer', 'limit_customer', 'customer_limit', 'none'],
    ['perLocation', 'atLocation', 'limit_location', 'location_limit', 'use_elsewhere'],
    ['perDay', 'today', 'limit_day', 'day_limit', 'come_back'],
    ['perOperator', 'byOperator', 'limit_operator', 'operator_limit', 'ask_manager'],
  ] as const)('%s: allows the last use and refuses the next', (limit, count, check, code, nextStep) => {
    const terms = { limits: { [limit]: 2 } };
    const last = decide(terms, used({ [count]: 1 }));
    expect(last.outcome).toBe('accepted');
    expect(last.trace).toContainEqual({ check, ok: true, facts: { limit: 2, uses: 1 } });
    expect(decide(terms, used({})).trace).toContainEqual({ check, ok: true, facts: { limit: 2, uses: 0 } });
    const next = decide(terms, used({ [count]: 2 }));
    expect(refusalOf(next)).toEqual({ code, nextStep, params: { limit: 2, uses: 2 } });
    expect(next.trace.at(-1)).toEqual({ check, ok: false, facts: { limit: 2, uses: 2 } });
  });

  it('counts a code by itself, beside its offer', () => {
    expect(decide({}, {}, { maxUses: 1, uses: 0 }).outcome).toBe('accepted');
    expect(refusalOf(decide({}, {}, { maxUses: 1, uses: 1 }))).toMatchObject({
      code: 'exhausted',
      params: { limit: 1 },
    });
    const customer = { facts: { customer: { id: 'c' } } };
    expect(decide({}, customer, { maxUsesPerCustomer: 1, usesByCustomer: 0 }).outcome).toBe('accepted');
    expect(refusalOf(decide({}, customer, { maxUsesPerCustomer: 1, usesByCustomer: 1 }))?.code).toBe(
      'customer_limit',
    );
    const both = { limits: { perCustomer: 5 } };
    expect(
      refusalOf(decide(both, customer, { maxUsesPerCustomer: 1, usesByCustomer: 1 }))?.params.limit,
    ).toBe(1);
    expect(refusalOf(decide(both, used({ byCustomer: 5 }), { maxUsesPerCustomer: 9 }))?.params.limit).toBe(5);
  });

  it('cannot count a guest: refuses, or lets pass and says so, as asked', () => {
    const terms = { limits: { perCustomer: 1 } };
    expect(refusalOf(decide(terms))).toEqual({
      code: 'customer_required',
      nextStep: 'identify_customer',
      params: {},
    });
    const passed = decide(terms, { options: { unknownCustomer: 'pass' } });
    expect(passed.outcome).toBe('accepted');
    expect(passed.trace).toContainEqual({ check: 'limit_customer', ok: true, facts: { unchecked: true } });
    expect(refusalOf(decide({}, {}, { maxUsesPerCustomer: 1 }))?.code).toBe('customer_required');
  });

  it('counts the uses of a campaign', () => {
    const campaign = (uses: number) => ({ facts: { campaigns: { c: { maxUses: 3, uses } } } });
    expect(decide({ campaignId: 'c' }, campaign(2)).outcome).toBe('accepted');
    expect(refusalOf(decide({ campaignId: 'c' }, campaign(3)))?.code).toBe('exhausted');
    expect(decide({}, campaign(3)).outcome).toBe('accepted');
  });
});

describe('budgets', () => {
  const spent = (spentMinor: number): Scenario => ({ facts: { uses: { 'offer-a': { spentMinor } } } });

  it('are refused once spent, with what they were', () => {
    expect(refusalOf(decide({ limits: { budgetMinor: 500 } }, spent(500)))).toEqual({
      code: 'budget_exhausted',
      nextStep: 'none',
      params: { budgetMinor: 500, spentMinor: 500 },
    });
  });

  it('trace what is left', () => {
    const decision = decide({ limits: { budgetMinor: 500 } }, spent(400));
    expect(decision).toMatchObject({ outcome: 'accepted', discountMinor: 100 });
    expect(decision.trace).toContainEqual({ check: 'budget', ok: true, facts: { leftMinor: 100 } });
  });

  it('refuse a discount that they cannot pay, or cut it where the offer says so', () => {
    expect(refusalOf(decide({ limits: { budgetMinor: 500 } }, spent(401)))).toEqual({
      code: 'budget_exhausted',
      nextStep: 'none',
      params: { leftMinor: 99, wantedMinor: 100 },
    });
    expect(decide({ limits: { budgetMinor: 500, budgetPartial: true } }, spent(401))).toMatchObject({
      discountMinor: 99,
    });
  });

  it('of a campaign are shared by its offers in one basket', () => {
    const scenario: Scenario = {
      facts: { campaigns: { c: { budgetMinor: 150, spentMinor: 0 } } },
      options: { combine: 'stack' },
    };
    const one = offer(percentOff(1_000), { id: 'one', campaignId: 'c' });
    const other = offer(percentOff(1_000), { id: 'other', campaignId: 'c', limits: { budgetPartial: true } });
    const { decisions } = evaluateOffers([one, other], scenario);
    expect(decisions).toMatchObject([{ discountMinor: 100 }, { discountMinor: 50 }]);
    const spentAlready = { facts: { campaigns: { c: { budgetMinor: 150, spentMinor: 150 } } } };
    expect(refusalOf(decide({ campaignId: 'c' }, spentAlready))?.params).toEqual({
      budgetMinor: 150,
      spentMinor: 150,
    });
    const left = { facts: { campaigns: { c: { budgetMinor: 150 } } } };
    expect(decide({ campaignId: 'c' }, left).trace).toContainEqual({
      check: 'budget',
      ok: true,
      facts: { leftMinor: 150 },
    });
  });

  it('cut goods before they drop delivery', () => {
    const terms = offer([percentOff(5_000), { type: 'free_shipping' }], {
      limits: { budgetMinor: 600, budgetPartial: true },
    });
    const on = basket([line('a', 1_000)], {
      shipping: [
        { id: 's', amountMinor: 200 },
        { id: 't', amountMinor: 200 },
      ],
    });
    expect(onlyDecision(evaluateOffers([terms], { basket: on }))).toMatchObject({
      discountMinor: 600,
      lines: [{ amountMinor: 500 }],
      shipping: [{ shippingId: 's', amountMinor: 100 }],
    });
  });
});

describe('every check', () => {
  const customer = { facts: { customer: { id: 'c' } } };

  it.each<[string, Partial<Offer>, Scenario, Partial<PresentedCoupon>]>([
    ['status', { status: 'paused' }, {}, {}],
    ['status', { status: 'archived' }, {}, {}],
    ['currency', { currency: 'JPY', benefits: [amountOff(1)] }, {}, {}],
    ['validity', { validity: { startsAt: NOW + 1 } }, {}, {}],
    ['validity', { validity: { endsAt: NOW - 1 } }, {}, {}],
    ['limit_code', {}, {}, { maxUses: 1, uses: 1 }],
    ['limit_campaign', { campaignId: 'c' }, { facts: { campaigns: { c: { maxUses: 1, uses: 1 } } } }, {}],
    ['limit_customer', { limits: { perCustomer: 1 } }, {}, {}],
    ['limit_customer', {}, customer, { maxUsesPerCustomer: 1, usesByCustomer: 1 }],
    ['budget', { limits: { budgetMinor: 1 } }, { facts: { uses: { 'offer-a': { spentMinor: 1 } } } }, {}],
    ['budget', { campaignId: 'c' }, { facts: { campaigns: { c: { budgetMinor: 1, spentMinor: 1 } } } }, {}],
  ])('stands in the trace under its name when it refuses: %s', (check, terms, scenario, coupon) => {
    expect(decide(terms, scenario, coupon).trace.at(-1)).toMatchObject({ check, ok: false });
  });

  it('tells who can do something about it', () => {
    expect(refusalOf(decide({}, {}, { maxUses: 1, uses: 1 }))?.nextStep).toBe('none');
    expect(refusalOf(decide({}, customer, { maxUsesPerCustomer: 1, usesByCustomer: 1 }))?.nextStep).toBe(
      'none',
    );
    expect(decide({}, customer, { maxUsesPerCustomer: 2 }).trace).toContainEqual({
      check: 'limit_customer',
      ok: true,
      facts: { limit: 2, uses: 0 },
    });
    const campaign = { facts: { campaigns: { c: { maxUses: 1, uses: 1, budgetMinor: 9 } } } };
    expect(refusalOf(decide({ campaignId: 'c' }, campaign))).toMatchObject({
      code: 'exhausted',
      nextStep: 'none',
    });
    const spent = { facts: { campaigns: { c: { budgetMinor: 1, spentMinor: 1 } } } };
    expect(refusalOf(decide({ campaignId: 'c' }, spent))).toMatchObject({
      code: 'budget_exhausted',
      nextStep: 'none',
    });
  });
});

describe('the order of judging', () => {
  it('is what no one can change, then conditions, then counts, then the target', () => {
    const decision = decide(
      {
        validity: { endsAt: NOW },
        conditions: [
          { type: 'channels', channels: ['pos'] },
          { type: 'min_quantity', qty: 1 },
        ],
        limits: { total: 1, perLocation: 1, perDay: 1, perOperator: 1, budgetMinor: 900 },
      },
      {},
      { maxUses: 1 },
    );
    expect(decision.trace.map((step) => step.check)).toEqual([
      'status',
      'validity',
      'channels',
      'min_quantity',
      'limit_total',
      'limit_code',
      'limit_location',
      'limit_day',
      'limit_operator',
      'budget',
      'target',
    ]);
    expect(decision.trace.at(-1)).toEqual({ check: 'target', ok: true, facts: { matchingLines: 1 } });
  });

  it('stops at the first that fails', () => {
    const decision = decide({ status: 'paused', validity: { endsAt: NOW - 1 } });
    expect(decision.trace).toHaveLength(1);
  });

  it('asks for goods where the offer finds none', () => {
    const terms = offer(
      percentOff(1_000, { target: { scope: 'items', select: { include: { skus: ['x'] } } } }),
    );
    expect(refusalOf(onlyDecision(evaluateOffers([terms])))).toEqual({
      code: 'no_matching_items',
      nextStep: 'add_items',
      params: { matchingLines: 0 },
    });
  });
});
