import { describe, expect, it } from 'vitest';
import type { Offer } from '../../shared/engine/offer.ts';
import { expiryLine, termsLine } from './label-texts.ts';
import { printableText } from './printable-text.ts';

const offer: Offer = {
  id: '018f0000-0000-7000-8000-000000000001',
  version: 1,
  name: 'Summer',
  status: 'active',
  currency: 'EUR',
  trigger: 'code',
  benefits: [{ type: 'percent', percentBp: 1_250, target: { scope: 'order' }, base: 'sequential' }],
  conditions: [{ type: 'min_spend', amountMinor: 2_550, measure: 'before_discounts' }],
  validity: {},
  limits: {},
  stacking: { mode: 'stackable', priority: 0 },
  fundedBy: { type: 'merchant' },
  taxTreatment: 'before_tax',
  refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'never' },
  offlinePolicy: { type: 'strict' },
};
const berlin = { language: 'en', timeZone: 'Europe/Berlin' } as const;
const issued = Date.UTC(2026, 10, 24, 12);

describe('termsLine', () => {
  it.each([
    ['en', '12.5% off · from €25.50'],
    ['de', '12,5 % Rabatt · ab 25,50 €'],
    ['es', '12,5 % de descuento · desde 25,50 €'],
  ] as const)('says the benefit and the minimum spend in %s', (language, expected) => {
    expect(printableText(termsLine(offer, language)).replaceAll('\u00A0', ' ')).toBe(expected);
  });

  it('writes currencies without and with three decimals', () => {
    const fixed = (currency: string, amountMinor: number): Offer => ({
      ...offer,
      currency,
      benefits: [{ type: 'fixed', amountMinor, per: 'total', target: { scope: 'order' } }],
      conditions: [],
    });
    expect(termsLine(fixed('JPY', 500), 'en')).toBe('JP¥500 off');
    expect(termsLine(fixed('KWD', 1_005), 'en').replaceAll('\u00A0', ' ')).toBe('KWD 1.005 off');
    expect(termsLine(fixed('EUR', 5), 'en')).toBe('€0.05 off');
  });
});

describe('expiryLine', () => {
  const withValidity = (validity: Offer['validity']) => expiryLine({ ...offer, validity }, issued, berlin);

  it('is empty without an end', () => {
    expect(withValidity({})).toBe('');
    expect(withValidity({ startsAt: issued })).toBe('');
  });

  it('names the last day of the calendar', () => {
    expect(withValidity({ days: { zone: 'Europe/Berlin', last: '2026-12-31' } })).toBe(
      'Valid until 31 Dec 2026',
    );
  });

  it('names an instant with its time, unless the day ends with it', () => {
    expect(withValidity({ endsAt: Date.UTC(2026, 11, 31, 16, 30) })).toBe('Valid until 31 Dec 2026, 17:30');
    expect(withValidity({ endsAt: Date.UTC(2026, 11, 31, 22, 59, 59, 999) })).toBe('Valid until 31 Dec 2026');
    expect(withValidity({ endsAt: Date.UTC(2026, 11, 31, 22, 59, 59) })).toBe('Valid until 31 Dec 2026');
  });

  it('counts from the issue of the code, and takes the earliest end', () => {
    const week = 7 * 86_400_000;
    expect(withValidity({ afterIssueMs: week })).toBe('Valid until 1 Dec 2026, 13:00');
    expect(withValidity({ afterIssueMs: week, days: { zone: 'Europe/Berlin', last: '2026-11-30' } })).toBe(
      'Valid until 30 Nov 2026',
    );
    expect(withValidity({ afterIssueMs: week, endsAt: issued + 1 })).toMatch(/^Valid until 24 Nov/);
  });
});
