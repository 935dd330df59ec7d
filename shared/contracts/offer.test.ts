import { describe, expect, it } from 'vitest';
import { amountOff, offer, percentOff } from '../../test/fixtures/engine.ts';
import type { Offer } from '../engine/types.ts';
import { MAX_OFFER_AMOUNT_MINOR, offerDraftSchema, offerSchema, offerSchemaIsExact } from './offer.ts';

const ID = '0199e0a0-0000-7000-8000-000000000001';
const valid = (more: Partial<Offer> = {}) => offer(percentOff(1_000), { id: ID, ...more });

/** Paths of everything that is wrong. */
function wrong(terms: unknown): string[] {
  const parsed = offerSchema.safeParse(terms);
  return parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join('.'));
}

describe('offerSchema', () => {
  it('takes every kind of benefit and condition as it is', () => {
    const terms = valid({
      benefits: [
        percentOff(10_000, {
          maxDiscountMinor: 1,
          target: { scope: 'items', units: { pick: 'cheapest', maxUnits: 6, groupsOf: 3, perLine: true } },
        }),
        amountOff(1),
        { type: 'fixed_price', priceMinor: 0, target: { scope: 'shipping', methods: ['express'] } },
        { type: 'bundle_price', qty: 3, priceMinor: 1_000, pick: 'dearest', maxTimes: 2 },
        { type: 'free_shipping' },
        { type: 'buy_get', buy: { qty: 2 }, get: { qty: 1, pick: 'grouped' }, percentBp: 5_000 },
        {
          type: 'tiered',
          measure: 'quantity',
          tiers: [
            { from: 0, percentBp: 1 },
            { from: 5, amountMinor: 9 },
          ],
          target: { scope: 'order' },
          base: 'original',
        },
      ],
      conditions: [
        {
          type: 'min_spend',
          amountMinor: 1,
          measure: 'after_discounts',
          select: { include: { skus: ['a'] }, exclude: { unitPriceFromMinor: 1, unitPriceToMinor: 1 } },
        },
        { type: 'max_spend', amountMinor: 1 },
        { type: 'min_quantity', qty: 2, onOneLine: true },
        { type: 'has_items', select: {} },
        { type: 'channels', channels: ['pos'] },
        { type: 'locations', locationIds: ['x'] },
        { type: 'segments', segments: ['vip'] },
        { type: 'email_domains', domains: ['acme.org'] },
        { type: 'customer_required' },
        { type: 'first_purchase' },
        { type: 'nth_purchase', n: 1 },
        {
          type: 'hours',
          zone: 'Europe/Rome',
          windows: [{ weekdays: [1, 7], fromMinute: 1_200, toMinute: 60 }],
        },
        { type: 'attribute', attribute: 'a', values: ['b'] },
      ],
      validity: {
        startsAt: 1,
        endsAt: 1,
        days: { zone: 'Europe/Rome', first: '2026-01-01', last: '2026-01-01' },
        afterIssueMs: 1,
      },
      limits: {
        total: 1,
        perCustomer: 1,
        perLocation: 1,
        perDay: 1,
        perOperator: 1,
        budgetMinor: 1,
        budgetPartial: true,
      },
      stacking: { mode: 'group', group: 'g', priority: -1, lane: 1 },
      fundedBy: { type: 'manufacturer', name: 'Acme' },
      taxTreatment: 'after_tax',
      offlinePolicy: { type: 'bounded', maxDiscountMinor: 0, maxUses: 1, maxAgeMs: 1, managerPin: true },
      trialDays: 14,
      billingCycles: 3,
      referral: { newCustomersOnly: true },
    });
    expect(wrong(terms)).toEqual([]);
    expect(offerSchema.parse(terms)).toEqual(terms);
  });

  it.each<[string, Partial<Offer> | Record<string, unknown>, string]>([
    ['a percentage above 100', { benefits: [percentOff(10_001)] }, 'benefits.0.percentBp'],
    ['a percentage of nothing', { benefits: [percentOff(0)] }, 'benefits.0.percentBp'],
    ['a fraction of a basis point', { benefits: [percentOff(0.5)] }, 'benefits.0.percentBp'],
    ['a negative amount', { benefits: [amountOff(-1)] }, 'benefits.0.amountMinor'],
    ['an amount near 2^53', { benefits: [amountOff(2 ** 53 - 1)] }, 'benefits.0.amountMinor'],
    [
      'an amount just too large',
      { benefits: [amountOff(MAX_OFFER_AMOUNT_MINOR + 1)] },
      'benefits.0.amountMinor',
    ],
    ['each line of an order target', { benefits: [amountOff(1, { per: 'line' })] }, 'benefits.0.per'],
    ['no benefit at all', { benefits: [] }, 'benefits'],
    [
      'tiers that do not ascend',
      {
        benefits: [
          {
            type: 'tiered',
            measure: 'spend',
            tiers: [
              { from: 5, percentBp: 1 },
              { from: 5, percentBp: 2 },
            ],
            target: { scope: 'order' },
            base: 'original',
          },
        ],
      },
      'benefits.0.tiers.1.from',
    ],
    [
      'groups larger than the cap',
      {
        benefits: [
          percentOff(1, { target: { scope: 'items', units: { pick: 'first', maxUnits: 2, groupsOf: 3 } } }),
        ],
      },
      'benefits.0.target.units.groupsOf',
    ],
    [
      'a selector that names nothing',
      { conditions: [{ type: 'has_items', select: { include: {} } }] },
      'conditions.0.select.include',
    ],
    [
      'a price range turned round',
      {
        conditions: [
          { type: 'has_items', select: { include: { unitPriceFromMinor: 2, unitPriceToMinor: 1 } } },
        ],
      },
      'conditions.0.select.include.unitPriceToMinor',
    ],
    [
      'an empty window',
      {
        conditions: [
          { type: 'hours', zone: 'UTC', windows: [{ weekdays: [1], fromMinute: 5, toMinute: 5 }] },
        ],
      },
      'conditions.0.windows.0.toMinute',
    ],
    [
      'a domain in capitals',
      { conditions: [{ type: 'email_domains', domains: ['Acme.org'] }] },
      'conditions.0.domains.0',
    ],
    ['an end before the start', { validity: { startsAt: 2, endsAt: 1 } }, 'validity.endsAt'],
    [
      'a last day before the first',
      { validity: { days: { zone: 'UTC', first: '2026-02-02', last: '2026-02-01' } } },
      'validity.days.last',
    ],
    [
      'a day that does not exist',
      { validity: { days: { zone: 'UTC', first: '2026-02-30' } } },
      'validity.days.first',
    ],
    ['more per customer than in all', { limits: { total: 1, perCustomer: 2 } }, 'limits.perCustomer'],
    ['part of no budget', { limits: { budgetPartial: true } }, 'limits.budgetPartial'],
    ['a group without a name', { stacking: { mode: 'group', priority: 0 } }, 'stacking.group'],
    [
      'a named group that is none',
      { stacking: { mode: 'stackable', group: 'g', priority: 0 } },
      'stacking.group',
    ],
    [
      'an automatic offer that is issued',
      { trigger: 'automatic', validity: { afterIssueMs: 1 } },
      'validity.afterIssueMs',
    ],
    ['a manufacturer who lowers the tax', { fundedBy: { type: 'manufacturer' } }, 'taxTreatment'],
    [
      'less than the minimum at most',
      {
        conditions: [
          { type: 'min_spend', amountMinor: 500, measure: 'before_discounts' },
          { type: 'max_spend', amountMinor: 499 },
        ],
      },
      'conditions.1.amountMinor',
    ],
    [
      'a first purchase that is the second',
      { conditions: [{ type: 'first_purchase' }, { type: 'nth_purchase', n: 2 }] },
      'conditions.1.n',
    ],
    ['a currency in small letters', { currency: 'eur' }, 'currency'],
    ['a field that nobody knows', { surprise: 1 }, ''],
  ])('refuses %s, and names the field', (_what, more, path) => {
    expect(wrong({ ...valid(), ...more })).toContain(path);
  });

  it('lets what only looks contradictory through', () => {
    expect(wrong(valid({ limits: { total: 2, perCustomer: 2 } }))).toEqual([]);
    expect(
      wrong(valid({ conditions: [{ type: 'first_purchase' }, { type: 'nth_purchase', n: 1 }] })),
    ).toEqual([]);
    const other = { type: 'max_spend', amountMinor: 1, select: { include: { skus: ['a'] } } } as const;
    expect(
      wrong(
        valid({ conditions: [{ type: 'min_spend', amountMinor: 5, measure: 'before_discounts' }, other] }),
      ),
    ).toEqual([]);
  });
});

describe('offerDraftSchema', () => {
  it('is the terms without identity, version and status, under the same rules', () => {
    const { id: _id, version: _version, status: _status, ...draft } = valid();
    expect(offerDraftSchema.safeParse(draft).success).toBe(true);
    expect(offerDraftSchema.safeParse({ ...draft, limits: { budgetPartial: true } }).success).toBe(false);
    expect(offerDraftSchema.safeParse(valid()).success).toBe(false);
  });
});

it('the schema yields exactly the type of the engine', () => {
  expect(offerSchemaIsExact).toBe(true);
});
