import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divideBig, mulDiv, type RoundingMode, roundingModes } from './rounding.ts';

const safe = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });

describe('mulDiv', () => {
  it.each<[RoundingMode, number[]]>([
    // -2.5 -1.5 -1.2 -0.8 0.8 1.2 1.5 2.5
    ['half_up', [-3, -2, -1, -1, 1, 1, 2, 3]],
    ['half_down', [-2, -1, -1, -1, 1, 1, 1, 2]],
    ['half_even', [-2, -2, -1, -1, 1, 1, 2, 2]],
    ['half_odd', [-3, -1, -1, -1, 1, 1, 1, 3]],
    ['half_ceil', [-2, -1, -1, -1, 1, 1, 2, 3]],
    ['half_floor', [-3, -2, -1, -1, 1, 1, 1, 2]],
    ['down', [-2, -1, -1, 0, 0, 1, 1, 2]],
    ['up', [-3, -2, -2, -1, 1, 2, 2, 3]],
    ['floor', [-3, -2, -2, -1, 0, 1, 1, 2]],
    ['ceil', [-2, -1, -1, 0, 1, 2, 2, 3]],
  ])('rounds %s', (mode, expected) => {
    const tenths = [-25, -15, -12, -8, 8, 12, 15, 25];
    expect(tenths.map((value) => mulDiv(value, 1, 10, mode))).toEqual(expected);
    expect(tenths.map((value) => divideBig(BigInt(value), 10n, mode))).toEqual(expected);
  });

  it('never answers a negative zero', () => {
    expect(Object.is(mulDiv(-1, 1, 10, 'down'), 0)).toBe(true);
    expect(Object.is(mulDiv(0, -5, 10, 'half_up'), 0)).toBe(true);
    expect(Object.is(mulDiv(-10, 0, 10, 'half_up'), 0)).toBe(true);
  });

  it('is exact where the product passes 2^53', () => {
    expect(mulDiv(9_007_199_254_740_991, 9_999, 10_000, 'half_up')).toBe(9_006_298_534_815_517);
    expect(mulDiv(-9_007_199_254_740_991, 9_999, 10_000, 'half_up')).toBe(-9_006_298_534_815_517);
  });

  it('agrees with bigint everywhere', () => {
    fc.assert(
      fc.property(
        safe,
        safe,
        fc.integer({ min: 1, max: 2 ** 40 }),
        fc.constantFrom(...roundingModes),
        (a, b, c, mode) => {
          const exact = BigInt(a) * BigInt(b);
          fc.pre(exact / BigInt(c) < 2n ** 53n && exact / BigInt(c) > -(2n ** 53n));
          expect(mulDiv(a, b, c, mode)).toBe(divideBig(exact, BigInt(c), mode));
        },
      ),
    );
  });

  it('refuses to divide by nothing, and results that are no safe integers', () => {
    expect(() => mulDiv(1, 1, 0, 'down')).toThrow('divisor');
    expect(() => mulDiv(1, 1, -1, 'down')).toThrow('divisor');
    expect(() => divideBig(2n ** 60n, 1n, 'down')).toThrow('safe integer');
  });
});
