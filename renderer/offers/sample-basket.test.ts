import { expect, it } from 'vitest';
import { emptyOfferForm, type OfferForm } from './offer-form.ts';
import { readOfferForm } from './read-offer-form.ts';
import { judgeSample, sampleLines } from './sample-basket.ts';

const NOW = Date.UTC(2026, 10, 24);

function judged(part: Partial<OfferForm>, channel = 'pos') {
  const form = { ...emptyOfferForm, name: 'x', sharedCode: 'XXX', ...part };
  const { draft } = readOfferForm(form, { currency: 'EUR', digits: 2, timeZone: 'Europe/Berlin' });
  if (draft === undefined) throw new Error('the form has a benefit');
  return judgeSample(draft, sampleLines(2), channel, NOW);
}

it('takes the percentage off the sample, line by line, to the cent', () => {
  const sample = judged({ percent: '10' });
  expect(sample).toMatchObject({
    subtotalMinor: 2500,
    discountMinor: 250,
    payableMinor: 2250,
    refusal: undefined,
  });
  expect(sample.lineDiscounts.reduce((a, b) => a + b, 0)).toBe(250);
});

it('says what is missing to the minimum spend', () => {
  const { refusal, discountMinor } = judged({ minSpend: '30' });
  expect(discountMinor).toBe(0);
  expect(refusal).toMatchObject({ code: 'min_spend', params: { missingMinor: 500 } });
});

it('shows the rule although it begins later, or ended already', () => {
  expect(judged({ firstDay: '2027-01-01' }).discountMinor).toBe(250);
  expect(judged({ lastDay: '2025-01-01' }).discountMinor).toBe(250);
});

it('judges by the channel', () => {
  expect(judged({ channels: ['web'] }).refusal?.code).toBe('wrong_channel');
});

it('lets articles of the sample stand for those that the offer names', () => {
  const sample = judged({ some: true, categories: 'Tea', exceptSkus: 'GIFT', target: 'items' });
  expect(sample).toMatchObject({ discountMinor: 250, refusal: undefined });
  const lines = sampleLines(2).map((line) => ({ ...line, qty: 1 }));
  const form = { ...emptyOfferForm, name: 'x', sharedCode: 'XXX', some: true, brands: 'Acme' };
  const { draft } = readOfferForm(form, { currency: 'EUR', digits: 2, timeZone: 'Europe/Berlin' });
  // The espresso maker is an ordinary article: nothing of it is taken off.
  expect(draft && judgeSample(draft, lines, 'pos', NOW).lineDiscounts).toEqual([65, 120, 0]);
});

it('shows each kind of offer at work', () => {
  const discount = (part: Partial<OfferForm>) => judged(part).discountMinor;
  expect(discount({ kind: 'price', price: '5', target: 'items' })).toBe(150 + 150 + 700);
  expect(discount({ kind: 'bundle', bundleQty: '3', bundlePrice: '20' })).toBe(500);
  expect(discount({ kind: 'buyGet', buyQty: '2', getQty: '1', getPercent: '100' })).toBe(650);
  expect(
    discount({
      kind: 'tiers',
      tiers: [
        { from: '20', value: '10' },
        { from: '40', value: '20' },
      ],
    }),
  ).toBe(250);
  expect(discount({ target: 'cheapest', pickUnits: '1', percent: '50' })).toBe(325);
  const shipping = judged({ kind: 'shipping' });
  expect(shipping.discountMinor).toBe(shipping.shippingMinor);
  expect(shipping.payableMinor).toBe(shipping.subtotalMinor);
});

it('is sold at an hour and to a customer that the rules allow', () => {
  const rules = { weekdays: [6], fromTime: '10:00', toTime: '12:00', segments: 'VIP', emailDomains: 'a.org' };
  expect(judged({ ...rules, firstPurchase: true }).refusal).toBeUndefined();
});

it('needs no named customer to show a limit per customer', () => {
  expect(judged({ perCustomer: '1' }).discountMinor).toBe(250);
});
