import { describe, expect, it } from 'vitest';
import {
  dayOf,
  decimalText,
  formatAge,
  formatMoney,
  formatPercent,
  formatWhen,
  minorDigits,
  parseAmount,
} from './format.ts';

/** Intl separates with no-break spaces. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('money', () => {
  it('writes currencies with 0, 2 and 3 decimals exactly', () => {
    expect(formatMoney(1250, 'EUR', 'en')).toBe('€12.50');
    expect(plain(formatMoney(1250, 'EUR', 'de'))).toBe('12,50 €');
    expect(formatMoney(1250, 'JPY', 'en')).toBe('¥1,250');
    expect(plain(formatMoney(1250, 'KWD', 'en'))).toBe('KWD 1.250');
    expect(formatMoney(900_719_925_474_099, 'USD', 'en')).toBe('$9,007,199,254,740.99');
    expect(formatMoney(-5, 'USD', 'en')).toBe('-$0.05');
  });

  it('knows how many decimals a currency has', () => {
    expect([minorDigits('EUR'), minorDigits('JPY'), minorDigits('TND')]).toEqual([2, 0, 3]);
    expect(decimalText(7, 3)).toBe('0.007');
  });

  it('reads what people type', () => {
    expect(parseAmount('12', 2)).toBe(1200);
    expect(parseAmount('12.5', 2)).toBe(1250);
    expect(parseAmount('12,50', 2)).toBe(1250);
    expect(parseAmount('1.234,50', 2)).toBe(123450);
    expect(parseAmount('1 234,5', 2)).toBe(123450);
    expect(parseAmount('1,234', 2)).toBe(123400);
    expect(parseAmount('1250', 0)).toBe(1250);
    expect(parseAmount('0.125', 3)).toBe(125);
  });

  it('refuses what is no amount, or finer than the currency', () => {
    for (const text of ['', '-1', '1e3', '12.345,6,7', '1.2345', 'abc', '99999999999999999']) {
      expect(parseAmount(text, 2), text).toBeUndefined();
    }
  });
});

it('writes basis points as percent', () => {
  expect(formatPercent(1250, 'en')).toBe('12.5%');
  expect(formatPercent(10_000, 'en')).toBe('100%');
});

it('gives an age in its largest unit', () => {
  expect(formatAge(59_000, 'en')).toBe('59 sec');
  expect(formatAge(3 * 60_000 + 10, 'en')).toBe('3 min');
  expect(formatAge(0, 'en')).toBe('0 sec');
});

it('says today and yesterday by the calendar of the zone', () => {
  const now = Date.UTC(2026, 10, 24, 23, 30);
  const berlin = { locale: 'en-GB', timeZone: 'Europe/Berlin' };
  expect(formatWhen(now, now, berlin)).toBe('today, 00:30');
  expect(formatWhen(now - 3_600_000, now, berlin)).toBe('yesterday, 23:30');
  expect(formatWhen(now + 86_400_000, now, { locale: 'de', timeZone: 'UTC' })).toBe('morgen, 23:30');
  expect(formatWhen(now - 3 * 86_400_000, now, berlin)).toBe('22 Nov 2026, 00:30');
});

it('takes the day of the zone', () => {
  const at = Date.UTC(2026, 10, 24, 23, 30);
  expect(dayOf(at, 'Europe/Berlin')).toBe('2026-11-25');
  expect(dayOf(at, 'America/New_York')).toBe('2026-11-24');
});
