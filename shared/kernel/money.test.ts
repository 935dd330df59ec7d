import { describe, expect, it } from 'vitest';
import { cashStepMinor, minorDigits } from './currency.ts';
import { formatDecimal, parseDecimal, parseMoney } from './money.ts';
import { err, ok } from './result.ts';

describe('minorDigits', () => {
  it.each([
    ['EUR', 2],
    ['USD', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['KWD', 3],
    ['BHD', 3],
    ['CLF', 4],
  ])('%s has %i', (currency, digits) => {
    expect(minorDigits(currency)).toBe(digits);
  });
});

describe('cashStepMinor', () => {
  it('is what the smallest coin is worth', () => {
    expect([cashStepMinor('CHF'), cashStepMinor('SEK'), cashStepMinor('EUR')]).toEqual([5, 100, 1]);
  });
});

describe('parseDecimal', () => {
  it.each([
    ['12.34', 2, 1_234],
    ['12', 2, 1_200],
    ['12.3', 2, 1_230],
    ['12.3400', 2, 1_234],
    ['+0.05', 2, 5],
    ['-0.05', 2, -5],
    ['1.005', 3, 1_005],
    ['7', 0, 7],
    ['7.000', 0, 7],
    ['90071992547409.91', 2, 9_007_199_254_740_991],
  ])('reads %s with %i digits exactly', (text, digits, minor) => {
    expect(parseDecimal(text, digits)).toEqual(ok(minor));
  });

  it.each(['', '.', '1.', '.5', '1,5', '1e3', ' 1', '1 ', '--1', '0x1', '1.2.3', 'NaN', '٣', '1'.repeat(41)])(
    'refuses what is not a plain number: "%s"',
    (text) => {
      expect(parseDecimal(text, 2)).toEqual(err('not_a_number'));
    },
  );

  it('refuses finer amounts than the currency has, or rounds them once', () => {
    expect(parseDecimal('1.005', 2)).toEqual(err('too_fine'));
    expect(parseDecimal('1.005', 2, 'half_up')).toEqual(ok(101));
    expect(parseDecimal('-1.005', 2, 'half_up')).toEqual(ok(-101));
    expect(parseDecimal('1.005', 2, 'half_even')).toEqual(ok(100));
    expect(parseDecimal('0.4', 0, 'down')).toEqual(ok(0));
  });

  it('refuses what no safe integer holds', () => {
    expect(parseDecimal('90071992547409.92', 2)).toEqual(err('too_large'));
    expect(parseDecimal('-90071992547409.92', 2)).toEqual(err('too_large'));
    expect(parseDecimal('-90071992547409.91', 2)).toEqual(ok(-9_007_199_254_740_991));
  });
});

describe('formatDecimal', () => {
  it.each([
    [1_234, 2, '12.34'],
    [5, 2, '0.05'],
    [-5, 2, '-0.05'],
    [0, 2, '0.00'],
    [1_357, 3, '1.357'],
    [50, 3, '0.050'],
    [1_234, 0, '1234'],
    [-7, 0, '-7'],
  ])('writes %i with %i digits as %s', (minor, digits, text) => {
    expect(formatDecimal(minor, digits)).toBe(text);
    expect(parseDecimal(text, digits)).toEqual(ok(minor));
  });
});

describe('parseMoney', () => {
  it('knows the digits of its currency', () => {
    expect(parseMoney('12.5', 'KWD')).toEqual(ok({ amountMinor: 12_500, currency: 'KWD' }));
    expect(parseMoney('12.5', 'JPY')).toEqual(err('too_fine'));
  });
});
