import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate } from '../kernel/allocation.ts';
import type { UnitRun } from './types.ts';
import { combine, pad, share, slice, sumOf, unitsOf } from './unit-runs.ts';

const runs = fc
  .array(fc.record({ units: fc.integer({ min: 1, max: 5 }), amountMinor: fc.integer({ min: 0, max: 50 }) }), {
    minLength: 1,
    maxLength: 5,
  })
  .filter((list) => list.every((run, i) => run.amountMinor !== list[i - 1]?.amountMinor));

function written(list: readonly UnitRun[]): number[] {
  return list.flatMap((run) => Array.from({ length: run.units }, () => run.amountMinor));
}

describe('runs of units', () => {
  it('are cut, padded and combined as if every unit were written out', () => {
    fc.assert(
      fc.property(runs, fc.nat(30), fc.nat(30), (list, a, b) => {
        const all = written(list);
        expect(unitsOf(list)).toBe(all.length);
        expect(sumOf(list)).toBe(all.reduce((x, y) => x + y, 0));
        const from = a % all.length;
        const count = 1 + (b % (all.length - from));
        const part = slice(list, from, count);
        expect(written(part)).toEqual(all.slice(from, from + count));
        const padded = pad(part, from, all.length);
        expect(written(combine(list, padded, -1))).toEqual(
          all.map((x, i) => (i >= from && i < from + count ? 0 : x)),
        );
        expect(written(combine(list, padded, 1))).toEqual(
          all.map((x, i) => (i >= from && i < from + count ? 2 * x : x)),
        );
      }),
    );
  });

  it('share an amount as a split over single units by largest remainder does', () => {
    fc.assert(
      fc.property(runs, fc.nat(), (list, seed) => {
        const total = sumOf(list);
        fc.pre(total > 0);
        const amount = seed % (total + 1);
        expect(written(share(amount, list))).toEqual(allocate(amount, written(list)));
      }),
    );
  });

  it('give what is left over to the last units where asked', () => {
    expect(share(10, [{ units: 3, amountMinor: 9 }], true)).toEqual([
      { units: 2, amountMinor: 3 },
      { units: 1, amountMinor: 4 },
    ]);
    expect(
      share(
        3,
        [
          { units: 1, amountMinor: 2 },
          { units: 1, amountMinor: 3 },
          { units: 1, amountMinor: 2 },
        ],
        true,
      ),
    ).toEqual([{ units: 3, amountMinor: 1 }]);
    expect(
      share(
        1,
        [
          { units: 1, amountMinor: 2 },
          { units: 1, amountMinor: 3 },
          { units: 1, amountMinor: 3 },
        ],
        true,
      ),
    ).toEqual([
      { units: 2, amountMinor: 0 },
      { units: 1, amountMinor: 1 },
    ]);
  });

  it('stay few: one split adds at most one run', () => {
    expect(share(333, [{ units: 100_000, amountMinor: 5 }])).toEqual([
      { units: 333, amountMinor: 1 },
      { units: 99_667, amountMinor: 0 },
    ]);
  });

  it('refuse to give more than they have, or to be combined with fewer units', () => {
    expect(() =>
      share(9, [
        { units: 1, amountMinor: 3 },
        { units: 1, amountMinor: 5 },
      ]),
    ).toThrow('more than they have');
    expect(
      share(0, [
        { units: 1, amountMinor: 0 },
        { units: 1, amountMinor: 0 },
      ]),
    ).toEqual([{ units: 2, amountMinor: 0 }]);
    expect(() => combine([{ units: 2, amountMinor: 1 }], [{ units: 1, amountMinor: 1 }], 1)).toThrow(
      'different length',
    );
    expect(() => combine([{ units: 1, amountMinor: 1 }], [{ units: 2, amountMinor: 1 }], 1)).toThrow(
      'different length',
    );
  });
});
