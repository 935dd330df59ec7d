import { describe, expect, it } from 'vitest';
import { offerDraftSchema } from '../../shared/contracts/offer.ts';
import { fillOfferForm } from './fill-offer-form.ts';
import { emptyOfferForm, type OfferForm } from './offer-form.ts';
import { readOfferForm } from './read-offer-form.ts';

const where = { currency: 'EUR', digits: 2, timeZone: 'Europe/Berlin' };
const full: OfferForm = {
  ...emptyOfferForm,
  name: ' Summer ',
  percent: '12.5',
  maxDiscount: '20',
  minSpend: '30,00',
  firstDay: '2026-06-01',
  lastDay: '2026-08-31',
  total: '500',
  perCustomer: '2',
  channels: ['pos', 'phone'],
  stacking: 'exclusive',
  sharedCode: 'SUMMER10',
};

const items = { some: true, categories: 'Tea, Coffee', exceptSkus: 'GIFT' } as const;

describe('a filled form', () => {
  it('becomes terms that the contract accepts as they are', () => {
    const { draft, errors } = readOfferForm(full, where);
    expect(errors).toEqual({});
    expect(offerDraftSchema.parse(draft)).toEqual(draft);
    expect(draft).toMatchObject({
      name: 'Summer',
      benefits: [{ type: 'percent', percentBp: 1250, maxDiscountMinor: 2000 }],
      conditions: [
        { type: 'min_spend', amountMinor: 3000 },
        { type: 'channels', channels: ['pos', 'phone'] },
      ],
      validity: { days: { zone: 'Europe/Berlin', first: '2026-06-01', last: '2026-08-31' } },
      limits: { total: 500, perCustomer: 2 },
      stacking: { mode: 'exclusive' },
    });
  });

  it('reads a fixed amount in the decimals of the currency', () => {
    const { draft } = readOfferForm(
      { ...full, kind: 'fixed', amount: '5', maxDiscount: '', minSpend: '' },
      { ...where, currency: 'JPY', digits: 0 },
    );
    expect(draft?.benefits).toEqual([
      { type: 'fixed', amountMinor: 5, per: 'total', target: { scope: 'order' } },
    ]);
  });

  it('names no channels when all are meant', () => {
    expect(
      readOfferForm({ ...full, channels: emptyOfferForm.channels, minSpend: '' }, where).draft?.conditions,
    ).toEqual([]);
  });
});

describe('every kind of offer', () => {
  const forms: [string, Partial<OfferForm>][] = [
    ['percent of some items', { ...items, target: 'items' }],
    ['percent of the two cheapest', { target: 'cheapest', pickUnits: '2' }],
    ['an amount off each item', { kind: 'fixed', amount: '1.50', per: 'unit', ...items, target: 'items' }],
    ['an amount off', { kind: 'fixed', amount: '5', maxDiscount: '' }],
    ['a price for each item', { kind: 'price', price: '9.99', ...items, target: 'items', maxDiscount: '' }],
    [
      'so many for a price',
      { kind: 'bundle', bundleQty: '3', bundlePrice: '10', maxTimes: '2', maxDiscount: '' },
    ],
    ['buy two, get the third', { kind: 'buyGet', buyQty: '2', getQty: '1', getPercent: '100', ...items }],
    [
      'buy one, get another at half price',
      { kind: 'buyGet', buyQty: '1', getPercent: '50', getOthers: true, getCategories: 'Cake', ...items },
    ],
    [
      'steps of spend',
      {
        kind: 'tiers',
        tiers: [
          { from: '50', value: '10' },
          { from: '100', value: '20' },
        ],
      },
    ],
    [
      'steps of items, in money',
      { kind: 'tiers', tierMeasure: 'quantity', tierUnit: 'amount', tiers: [{ from: '3', value: '5' }] },
    ],
    ['free shipping', { kind: 'shipping', maxDiscount: '6' }],
    [
      'everything that rules can say',
      {
        maxSpend: '400',
        minQty: '2',
        minOnItems: true,
        ...items,
        target: 'items',
        afterIssueDays: '30',
        weekdays: [6, 7],
        fromTime: '10:00',
        toTime: '12:30',
        segments: 'VIP',
        emailDomains: '@Example.org',
        customerRequired: true,
        firstPurchase: true,
        perLocation: '100',
        perDay: '20',
        perOperator: '10',
        budget: '1000',
        budgetPartial: true,
        campaignId: '0190b0a0-0000-7000-8000-000000000001',
        stacking: 'group',
        group: 'season',
        priority: '-3',
        offline: 'bounded',
        offlineMax: '15',
        skipReduced: true,
      },
    ],
  ];

  it.each(forms)('is sound, and fills the same form again: %s', (_, part) => {
    const form = { ...full, ...part };
    const { draft, errors } = readOfferForm(form, where);
    expect(errors).toEqual({});
    if (draft === undefined) throw new Error('no draft');
    expect(offerDraftSchema.parse(draft)).toEqual(draft);
    const again = fillOfferForm(draft, where);
    expect(again && readOfferForm(again, where).draft).toEqual(draft);
  });

  it('is not changed by a form that cannot say all of it', () => {
    const { draft } = readOfferForm(full, where);
    if (draft === undefined) throw new Error('no draft');
    expect(
      fillOfferForm({ ...draft, benefits: [...draft.benefits, ...draft.benefits] }, where),
    ).toBeUndefined();
    const located = { type: 'locations' as const, locationIds: ['x'] };
    expect(fillOfferForm({ ...draft, conditions: [...draft.conditions, located] }, where)).toBeUndefined();
  });
});

describe('what is missing or wrong', () => {
  const cases: [string, Partial<OfferForm>, Record<string, string>][] = [
    ['no name', { name: '  ' }, { name: 'required' }],
    ['more than all', { percent: '100.5' }, { percent: 'percent' }],
    ['finer than a hundredth of a percent', { percent: '12.345' }, { percent: 'percentDigits' }],
    ['nothing off', { percent: '0' }, { percent: 'percent' }],
    ['no amount', { kind: 'fixed', amount: '' }, { amount: 'amount' }],
    ['nothing: a thousand written with a point', { minSpend: '1.005' }, {}],
    ['no number of uses', { total: '1.5' }, { total: 'whole' }],
    [
      'a customer with more uses than there are',
      { total: '1', perCustomer: '2' },
      { perCustomer: 'aboveTotal' },
    ],
    ['an end before its start', { lastDay: '2026-01-01' }, { lastDay: 'days' }],
    ['a day that is none', { lastDay: '31.02.2027' }, { lastDay: 'day' }],
    ['a time that is none', { fromTime: '25' }, { fromTime: 'time' }],
    ['no channel', { channels: [] }, { channels: 'channels' }],
    ['no weekday', { weekdays: [] }, { weekdays: 'weekdays' }],
    ['hours that end where they begin', { fromTime: '10:00', toTime: '10:00' }, { toTime: 'times' }],
    ['chosen items that nobody named', { some: true }, { categories: 'items' }],
    [
      'steps that go down',
      {
        kind: 'tiers',
        tiers: [
          { from: '5', value: '1' },
          { from: '4', value: '2' },
        ],
      },
      { tiers: 'tiers' },
    ],
    ['no steps', { kind: 'tiers' }, { tiers: 'tiers' }],
    ['a group without a name', { stacking: 'group' }, { group: 'required' }],
    ['a maximum below the minimum', { maxSpend: '20' }, { maxSpend: 'belowMinimum' }],
    ['no domain', { emailDomains: 'example' }, { emailDomains: 'domains' }],
    ['no code', { sharedCode: '' }, { sharedCode: 'code' }],
    ['two letters and a space', { sharedCode: 'a b' }, { sharedCode: 'code' }],
    ['a sign in the code', { sharedCode: 'a b!' }, { sharedCode: 'codeSigns' }],
  ];
  for (const [name, part, errors] of cases) {
    it(name, () => expect(readOfferForm({ ...full, ...part }, where).errors).toEqual(errors));
  }

  it('still shows a sample as soon as the benefit is known', () => {
    expect(readOfferForm({ ...full, name: '', total: 'x' }, where).draft).toBeDefined();
  });

  it('warns where a discount may swallow the whole basket', () => {
    const amount = { kind: 'fixed', amount: '10' } as const;
    expect(readOfferForm({ ...full, ...amount, minSpend: '5' }, where).hints).toEqual({
      minSpend: 'freeBasket',
    });
    expect(readOfferForm({ ...full, ...amount, minSpend: '' }, where).hints).toEqual({
      minSpend: 'freeBasket',
    });
    expect(readOfferForm({ ...full, ...amount, minSpend: '10.01' }, where).hints).toEqual({});
  });
});
