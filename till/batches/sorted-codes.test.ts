import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sortedCodes } from './sorted-codes.ts';

it('gives all codes in the order of their texts, whatever the size of a slice', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[!-~]{1,3}$/), { maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      (codes, size) => {
        const sorted = sortedCodes();
        for (const [i, code] of codes.entries()) sorted.add(code, i + 1);
        const all: { code: string; serial: number }[] = [];
        for (let part = sorted.take(size); part.length > 0; part = sorted.take(size)) all.push(...part);
        expect(all.map(({ code }) => code)).toEqual(codes.toSorted());
        expect(all.every(({ code, serial }) => codes[serial - 1] === code)).toBe(true);
      },
    ),
  );
});

it('merges runs that were sorted by themselves', () => {
  const sorted = sortedCodes();
  const codes = Array.from({ length: 20_000 }, (_, i) => String((i * 7_919) % 20_000).padStart(5, '0'));
  for (const [i, code] of codes.entries()) sorted.add(code, i + 1);
  expect(sorted.take(20_001).map(({ code }) => code)).toEqual(codes.toSorted());
});
