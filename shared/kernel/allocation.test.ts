import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, allocateCapped, remainder } from './allocation.ts';
import { allocateExact } from './allocation-exact.ts';

const weights = fc
  .array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 8 })
  .filter((list) => list.some((w) => w > 0));
const amount = fc.integer({ min: 0, max: 1_000_000 });
const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);

describe('allocate', () => {
  it('gives what is left over to whom the rule says', () => {
    expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(allocate(5_000, [120, 230, 300])).toEqual([923, 1_769, 2_308]);
    expect(allocate(5_000, [120, 230, 300], 'first')).toEqual([924, 1_769, 2_307]);
    expect(allocate(1_730, [30, 40, 10], 'last', 'half_up')).toEqual([649, 865, 216]);
    expect(allocate(5, [1, 3], 'largest_weight')).toEqual([1, 4]);
    expect(allocate(300, [4_300, 1_400, 2_300], 'first', 'half_down')).toEqual([162, 52, 86]);
  });

  it('takes back from the first what rounding up gave too much, never below zero', () => {
    expect(allocate(3, [1, 1, 1, 1, 1, 1], 'first', 'half_up')).toEqual([0, 0, 0, 1, 1, 1]);
    expect(allocate(2, [0, 1, 1, 1, 1], 'last', 'half_up')).toEqual([0, 1, 1, 0, 0]);
  });

  it('gives nothing to a weight of zero', () => {
    expect(allocate(10, [0, 3, 0, 3, 3])).toEqual([0, 4, 0, 3, 3]);
    expect(allocate(10, [0, 3, 3, 0], 'last')).toEqual([0, 5, 5, 0]);
    expect(allocate(11, [0, 3, 3, 0], 'first')).toEqual([0, 6, 5, 0]);
    expect(allocate(0, [0, 0])).toEqual([0, 0]);
  });

  it('sums exactly, no part more than one unit from its exact share', () => {
    fc.assert(
      fc.property(
        amount,
        weights,
        fc.constantFrom('largest_remainder' as const, 'first' as const, 'largest_weight' as const),
        (value, list, rule) => {
          const parts = allocate(value, list, rule);
          expect(sum(parts)).toBe(value);
          parts.forEach((part, i) => {
            expect(Math.abs(part - (value * (list[i] as number)) / sum(list))).toBeLessThanOrEqual(1);
          });
        },
      ),
    );
  });

  it('agrees with the same split in bigint', () => {
    fc.assert(
      fc.property(
        amount,
        weights,
        fc.constantFrom(
          'largest_remainder' as const,
          'first' as const,
          'last' as const,
          'largest_weight' as const,
        ),
        (value, list, rule) => {
          expect(allocateExact(BigInt(value), list.map(BigInt), rule).map(Number)).toEqual(
            allocate(value, list, rule),
          );
        },
      ),
    );
  });

  it('is exact where products pass 2^53', () => {
    const parts = allocate(999_999_999_999, [999_999_999_999, 999_999_999_998]);
    expect(parts).toEqual([500_000_000_000, 499_999_999_999]);
    expect(remainder(999_999_999_999, 999_999_999_999, 1_999_999_999_997)).toBe(
      Number((999_999_999_999n * 999_999_999_999n) % 1_999_999_999_997n),
    );
  });

  it('refuses amounts and weights that are none', () => {
    expect(() => allocate(-1, [1])).toThrow('amount');
    expect(() => allocate(1.5, [1])).toThrow('amount');
    expect(() => allocate(1, [-1, 2])).toThrow('weights');
    expect(() => allocate(1, [0.5])).toThrow('weights');
    expect(() => allocate(1, [0, 0])).toThrow('safe sum above zero');
    expect(() => allocate(1, [])).toThrow('safe sum above zero');
  });
});

describe('allocateCapped', () => {
  it('splits again what a part cannot take', () => {
    expect(allocateCapped(2_500, [5_000, 6_000], [500, 6_000])).toEqual([500, 2_000]);
    expect(allocateCapped(1_500, [1_000, 2_000, 5_000, 3_000], [1_000, 100, 0, 400], 'first')).toEqual([
      1_000, 100, 0, 400,
    ]);
  });

  it('falls back on the room itself when the weights that are left are zero', () => {
    expect(allocateCapped(10, [1, 0, 0], [4, 3, 3])).toEqual([4, 3, 3]);
  });

  it('fills every part exactly when the caps sum to the amount', () => {
    fc.assert(
      fc.property(weights, (list) => {
        expect(
          allocateCapped(
            sum(list),
            list.map(() => 1),
            list,
          ),
        ).toEqual(list);
      }),
    );
  });

  it('never passes a cap', () => {
    fc.assert(
      fc.property(weights, fc.nat(), (list, seed) => {
        const caps = list.map((w, i) => (w * (1 + i)) % 977);
        fc.pre(sum(caps) > 0);
        const value = seed % (sum(caps) + 1);
        const parts = allocateCapped(value, list, caps);
        expect(sum(parts)).toBe(value);
        parts.forEach((part, i) => {
          expect(part).toBeLessThanOrEqual(caps[i] as number);
        });
      }),
    );
  });

  it('refuses more than the caps hold', () => {
    expect(() => allocateCapped(11, [1, 1], [5, 5])).toThrow();
  });
});

describe('allocateExact', () => {
  it('knows the rules that only bookkeeping needs', () => {
    expect(allocateExact(100n, [2n, 3n, 1n], 'apart')).toEqual([33n, 50n, 16n, 1n]);
    expect(allocateExact(100n, [2n, 3n, 1n], 'blocks_apart')).toEqual([32n, 48n, 16n, 4n]);
    expect(allocateExact(3n, [75n, 25n], 'blocks_apart')).toEqual([0n, 0n, 3n]);
    expect(allocateExact(10n, [1n, 1n, 2n], 'from_last')).toEqual([3n, 2n, 5n]);
    expect(allocateExact(7n, [1n, 0n, 1n, 0n], 'last')).toEqual([3n, 0n, 4n, 0n]);
    expect(allocateExact(0n, [0n, 0n], 'apart')).toEqual([0n, 0n, 0n]);
    expect(allocateExact(0n, [0n, 0n], 'first')).toEqual([0n, 0n]);
  });

  it('splits a negative amount as the mirror image of the positive one', () => {
    expect(allocateExact(-100n, [1n, 1n, 1n], 'first')).toEqual([-34n, -33n, -33n]);
  });

  it('refuses what cannot be split', () => {
    expect(() => allocateExact(1n, [0n], 'first')).toThrow('above zero');
    expect(() => allocateExact(1n, [-1n, 3n], 'first')).toThrow('not be negative');
  });
});
