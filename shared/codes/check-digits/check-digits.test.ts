import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dammCheckDigit, dammFits } from './damm.ts';
import { type Iso7064System, iso7064Check, iso7064Fits, iso7064Systems } from './iso7064.ts';
import { luhnCheckSymbol, luhnFits } from './luhn.ts';
import { verhoeffCheckDigit, verhoeffFits } from './verhoeff.ts';

const digits = (minLength = 1) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength, maxLength: 30 }).map((list) => list.join(''));

type Scheme = { name: string; check(body: string): string | undefined; fits(text: string): boolean };
const decimal: Scheme[] = [
  { name: 'Luhn', check: luhnCheckSymbol, fits: luhnFits },
  { name: 'Damm', check: dammCheckDigit, fits: dammFits },
  { name: 'Verhoeff', check: verhoeffCheckDigit, fits: verhoeffFits },
];

describe.each(decimal)('$name', ({ name, check, fits }) => {
  it('accepts what it completed, and no other last digit', () => {
    fc.assert(
      fc.property(digits(), (body) => {
        const right = check(body);
        return [...'0123456789'].every((digit) => fits(body + digit) === (digit === right));
      }),
    );
  });

  it('catches every single error', () => {
    fc.assert(
      fc.property(digits(3), fc.nat(), fc.integer({ min: 1, max: 9 }), (body, place, step) => {
        const text = body + check(body);
        const at = place % text.length;
        const wrong = text.slice(0, at) + ((Number(text[at]) + step) % 10) + text.slice(at + 1);
        return !fits(wrong);
      }),
    );
  });

  it.skipIf(name === 'Luhn')('catches every adjacent swap', () => {
    fc.assert(
      fc.property(digits(3), fc.nat(), (body, place) => {
        const text = body + check(body);
        const at = place % (text.length - 1);
        const swapped = text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2);
        return swapped === text || !fits(swapped);
      }),
    );
  });

  it.each(['', '5', '12a', '1 2', '１２'])('refuses %j', (text) => {
    expect(fits(text)).toBe(false);
  });
});

it('Luhn mod N works over any alphabet of even size', () => {
  expect(luhnCheckSymbol('abcdef', 'abcdef')).toBe('e');
  expect(luhnFits('abcdefe', 'abcdef')).toBe(true);
  expect(() => luhnCheckSymbol('abc', 'abc')).toThrow(/even/);
});

describe.each(Object.keys(iso7064Systems) as Iso7064System[])('ISO 7064 %s', (name) => {
  const { alphabet, checkCharacters } = iso7064Systems[name];
  const body = fc
    .array(fc.constantFrom(...alphabet), { minLength: 2, maxLength: 30 })
    .map((characters) => characters.join(''));

  it('accepts what it completed and catches every single error', () => {
    fc.assert(
      fc.property(body, fc.nat(), fc.integer({ min: 1, max: alphabet.length - 1 }), (text, place, step) => {
        const whole = text + iso7064Check(name, text);
        const at = place % text.length;
        const other = alphabet.charAt((alphabet.indexOf(whole.charAt(at)) + step) % alphabet.length);
        return (
          iso7064Fits(name, whole) && !iso7064Fits(name, whole.slice(0, at) + other + whole.slice(at + 1))
        );
      }),
    );
  });

  it('has as many check characters as it says, and refuses text without a body', () => {
    expect(iso7064Check(name, alphabet.slice(0, 5))).toHaveLength(checkCharacters);
    expect(iso7064Fits(name, alphabet.slice(0, checkCharacters))).toBe(false);
    expect(iso7064Check(name, 'é')).toBeUndefined();
  });
});

// Published examples: ISNI 0000 0001 2281 955X (MOD 11-2), IBAN's MOD 97-10 over digits, and Wikipedia's for the rest.
it.each([
  ['mod11_2', '000000012281955', 'X'],
  ['mod97_10', '794', '44'],
  ['mod37_36', 'A12425GABC1234002', 'M'],
] as const)('%s of %s is %s', (system, text, check) => {
  expect(iso7064Check(system, text)).toBe(check);
});
