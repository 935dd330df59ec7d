import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CROCKFORD } from './alphabet.ts';
import { checkSymbolsFit } from './check-symbols.ts';
import { displayCode } from './display-code.ts';
import { generateCode, generateCodes } from './generate-code.ts';

const random = (count: number): Uint8Array => randomBytes(count);
const counting = (first: number) => {
  let next = first;
  return (count: number) => Uint8Array.from({ length: count }, () => next++ & 0xff);
};

describe('generateCode', () => {
  it('writes base32 with fitting check symbols, displayed in groups of four', () => {
    const code = generateCode({ kind: 'crockford', length: 10 }, random);
    expect(code).toMatch(new RegExp(`^[${CROCKFORD}]{12}$`));
    expect(checkSymbolsFit(code)).toBe(true);
    expect(displayCode(code)).toMatch(/^\w{4}-\w{4}-\w{4}$/);
  });

  it('depends on the random bytes alone', () => {
    const format = { kind: 'crockford', length: 10 } as const;
    expect(generateCode(format, counting(0)).slice(0, 10)).toBe('0123456789');
    expect(generateCode(format, counting(0))).toBe(generateCode(format, counting(0)));
  });

  it('writes version 4 UUIDs', () => {
    expect(displayCode(generateCode({ kind: 'uuid' }, random))).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('writes the classic format without letters that look like digits', () => {
    for (let i = 0; i < 1_000; i++) {
      expect(generateCode({ kind: 'classic' }, random)).toMatch(/^[A-HJ-KM-NP-Z][0-9]{5}$/);
    }
  });

  it('fills a pattern', () => {
    const code = generateCode({ kind: 'pattern', pattern: 'Gift_%s%s%d%x' }, random);
    expect(code).toMatch(/^GIFT_[A-HJ-KM-NP-Z]{2}[0-9][0-9A-HJKMNP-TV-Z]$/);
  });

  it('stops on a random source that always repeats a rejected draw', () => {
    expect(() => generateCode({ kind: 'classic' }, (count) => new Uint8Array(count).fill(0xff))).toThrow(
      /repeats/,
    );
  });
});

const among = (taken: ReadonlySet<string>) => (codes: readonly string[]) =>
  codes.filter((code) => taken.has(code));

describe('generateCodes', () => {
  it('gives different codes, none of them taken', () => {
    const taken = new Set<string>();
    for (const code of ok({ kind: 'classic' }, 1_000)) taken.add(code);
    const made = generateCodes({ kind: 'classic' }, 20_000, random, among(taken), taken.size);
    expect(made.ok && new Set(made.value).size).toBe(20_000);
    expect(made.ok && made.value.some((code) => taken.has(code))).toBe(false);
  });

  it('refuses more than half of the space, with the arithmetic', () => {
    expect(generateCodes({ kind: 'classic' }, 1_150_001, random)).toEqual({
      ok: false,
      error: { count: 1_150_001, space: 2_300_000, usable: 1_150_000 },
    });
    expect(generateCodes({ kind: 'classic' }, 10, random, () => [], 1_149_991).ok).toBe(false);
  });

  it('gives up instead of looping when every code is taken', () => {
    const made = generateCodes({ kind: 'crockford', length: 8 }, 1, random, (codes) => codes);
    expect(made.ok).toBe(false);
  });

  it('is uniform in every symbol and at every place', () => {
    const length = 10;
    const codes = ok({ kind: 'crockford', length }, 100_000);
    for (let place = 0; place < length; place++) {
      const seen = new Map<string, number>();
      for (const code of codes) seen.set(code.charAt(place), (seen.get(code.charAt(place)) ?? 0) + 1);
      const expected = codes.length / CROCKFORD.length;
      let chiSquare = 0;
      for (const symbol of CROCKFORD) chiSquare += ((seen.get(symbol) ?? 0) - expected) ** 2 / expected;
      // 31 degrees of freedom: above 85 once in about 10^6 fair runs.
      expect(chiSquare).toBeLessThan(85);
    }
  });

  function ok(format: Parameters<typeof generateCodes>[0], count: number): string[] {
    const made = generateCodes(format, count, random);
    if (!made.ok) throw new Error('refused');
    return made.value;
  }
});
