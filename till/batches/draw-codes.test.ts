import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { CROCKFORD } from '../../shared/codes/alphabet.ts';
import { checkSymbolsFit } from '../../shared/codes/check-symbols.ts';
import { BLOCK, drawBlock } from './draw-codes.ts';

/** A million in the long lane. */
const COUNT = process.env.LONG ? 1_000_000 : 50_000;
const LENGTH = 10;
const CHECKED = 10_000;
const SYMBOLS = CROCKFORD.length;

describe(`${COUNT} codes of one batch`, () => {
  const codes: string[] = [];
  beforeAll(() => {
    const seed = randomBytes(32);
    for (let block = 0; block * BLOCK < COUNT; block++)
      codes.push(...drawBlock({ kind: 'crockford', length: LENGTH }, seed, 0, block));
    codes.length = COUNT;
  });

  it('are all different and written in the alphabet alone', () => {
    expect(new Set(codes).size).toBe(COUNT);
    expect(codes.every((code) => code.length === LENGTH + 2 && isAlphabet.test(code))).toBe(true);
  });

  it('are uniform in every symbol at every place, and in every pair of neighbours within a code', () => {
    for (let place = 0; place < LENGTH; place++) {
      const seen = new Array<number>(SYMBOLS).fill(0);
      for (const code of codes) seen[symbolOf(code, place)] = (seen[symbolOf(code, place)] ?? 0) + 1;
      // 31 degrees of freedom: more than 85 once in 10^6 fair runs; the words that are left out shift it a little.
      expect(perDegree(seen, COUNT), `place ${place}`).toBeLessThan(MOST_PER_DEGREE.place);
    }
    const pairs = new Array<number>(SYMBOLS * SYMBOLS).fill(0);
    for (const code of codes) {
      const pair = symbolOf(code, 0) * SYMBOLS + symbolOf(code, 9);
      pairs[pair] = (pairs[pair] ?? 0) + 1;
    }
    expect(perDegree(pairs, COUNT)).toBeLessThan(MOST_PER_DEGREE.pair);
  });

  it('say nothing of the next one: none is sequential', () => {
    const steps = new Array<number>(SYMBOLS).fill(0);
    let ascending = 0;
    let neighbours = 0;
    for (let i = 1; i < COUNT; i++) {
      const [before, code] = [codes[i - 1] ?? '', codes[i] ?? ''];
      if (code > before) ascending += 1;
      if (Math.abs(numberOf(code) - numberOf(before)) <= COUNT) neighbours += 1;
      const step = (symbolOf(code, 9) - symbolOf(before, 9) + SYMBOLS) % SYMBOLS;
      steps[step] = (steps[step] ?? 0) + 1;
    }
    // Half of them, give or take five standard deviations (a third of the number under the root: neighbours share codes).
    expect(Math.abs(ascending - COUNT / 2)).toBeLessThan(5 * Math.sqrt(COUNT / 12) + 1);
    // By chance: 2 n² / 32^10, which is 0.002 at a million.
    expect(neighbours).toBe(0);
    expect(perDegree(steps, COUNT - 1)).toBeLessThan(MOST_PER_DEGREE.place);
  });

  it(`have every change of one symbol and every swap of neighbours caught, in ${CHECKED} of them`, () => {
    let missed = 0;
    for (const code of codes.slice(0, CHECKED)) {
      for (let i = 0; i < code.length; i++) {
        const [before, symbol, after] = [code.slice(0, i), code.charAt(i), code.slice(i + 1)];
        for (const other of CROCKFORD)
          if (other !== symbol && checkSymbolsFit(before + other + after)) missed++;
        const next = after.charAt(0);
        if (next !== '' && next !== symbol && checkSymbolsFit(before + next + symbol + after.slice(1)))
          missed++;
      }
    }
    expect(missed).toBe(0);
  });
});

const isAlphabet = new RegExp(`^[${CROCKFORD}]+$`);
/** Chi-square over its degrees of freedom; about one where fair. */
const MOST_PER_DEGREE = { place: 85 / 31, pair: 1.25 };

const symbolOf = (code: string, place: number) => CROCKFORD.indexOf(code.charAt(place));

/** What its random symbols count up to: 50 bits. */
function numberOf(code: string): number {
  let value = 0;
  for (let place = 0; place < LENGTH; place++) value = value * SYMBOLS + symbolOf(code, place);
  return value;
}

function perDegree(seen: readonly number[], count: number): number {
  const expected = count / seen.length;
  return seen.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0) / (seen.length - 1);
}
