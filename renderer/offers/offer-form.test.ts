import { describe, expect, it } from 'vitest';
import { offerDraftSchema } from '../../shared/contracts/offer.ts';
import { emptyOfferForm, type OfferForm, readOfferForm } from './offer-form.ts';

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
  combinable: false,
  sharedCode: 'SUMMER10',
};

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

describe('what is missing or wrong', () => {
  const cases: [string, Partial<OfferForm>, Record<string, string>][] = [
    ['no name', { name: '  ' }, { name: 'required' }],
    ['more than all', { percent: '100.5' }, { percent: 'percent' }],
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
    ['no channel', { channels: [] }, { channels: 'channels' }],
    ['no code', { sharedCode: '' }, { sharedCode: 'code' }],
  ];
  for (const [name, part, errors] of cases) {
    it(name, () => expect(readOfferForm({ ...full, ...part }, where).errors).toEqual(errors));
  }

  it('still shows a sample as soon as the benefit is known', () => {
    expect(readOfferForm({ ...full, name: '', total: 'x' }, where).draft).toBeDefined();
  });
});
