import { describe, expect, it } from 'vitest';
import { generateCode } from './generate-code.ts';
import { readsOffensive } from './offensive-words.ts';

describe('readsOffensive', () => {
  it.each([
    ['AXFUCKX234', 'as it is'],
    ['2FVCK99Q7A', 'with V for the U that codes lack'],
    ['9H5H1T22AB', '5 for S, 1 for I'],
    ['TTP0RN3XYZ', '0 for O'],
    ['KAR5CH82QD', 'in German'],
    ['M1ERD4ABCD', 'in Spanish'],
    ['XC0NNARDXX', 'in French'],
    ['K0RWAKVRWA', 'in Polish'],
    ['AB1488CDEF', 'a number'],
  ])('finds %s, %s', (code) => {
    expect(readsOffensive(code)).toBe(true);
  });

  it.each(['7K3QWM9XTR42', 'WELC0ME10', 'BTFQ92HZ', 'K48213'])('leaves %s alone', (code) => {
    expect(readsOffensive(code)).toBe(false);
  });

  it('costs default codes less than a fiftieth of their space, and UUIDs and numbers next to nothing', () => {
    const n = 20_000;
    let state = 1;
    const random = (count: number) =>
      Uint8Array.from({ length: count }, () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state >>> 24;
      });
    const share = (make: () => string) => {
      let hits = 0;
      for (let i = 0; i < n; i++) if (readsOffensive(make())) hits++;
      return hits / n;
    };
    expect(share(() => generateCode({ kind: 'crockford', length: 10 }, random))).toBeLessThan(0.02);
    expect(share(() => generateCode({ kind: 'classic' }, random))).toBeLessThan(0.02);
  });
});
