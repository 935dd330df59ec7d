import { expect, it } from 'vitest';
import { emptyOfferForm, type OfferForm, readOfferForm } from './offer-form.ts';
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

it('needs no named customer to show a limit per customer', () => {
  expect(judged({ perCustomer: '1' }).discountMinor).toBe(250);
});
