import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applicationIdentifier, leadingIdentifier } from './application-identifiers.ts';
import { gs1CheckDigit } from './check-digit.ts';
import {
  type Element,
  GROUP_SEPARATOR,
  parseBracketed,
  parseElements,
  writeBracketed,
  writeElements,
} from './elements.ts';

const text82 = fc
  .array(fc.constantFrom(...`!"%&'()*+,-./0123456789:;<=>?ABCXYZ_abcxyz`), { minLength: 1, maxLength: 20 })
  .map((characters) => characters.join(''));
const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((list) => list.join(''));
const keyed = (ai: string, length: number) =>
  digits(length - 1).map((body): Element => ({ ai, value: body + gs1CheckDigit(body) }));

const element: fc.Arbitrary<Element> = fc.oneof(
  keyed('00', 18),
  keyed('01', 14),
  keyed('255', 13),
  text82.map((value) => ({ ai: '10', value })),
  text82.map((value) => ({ ai: '21', value })),
  text82.map((value) => ({ ai: '99', value })),
  digits(6).map((value) => ({ ai: '3103', value })),
  fc.nat(999_999).map((value) => ({ ai: '30', value: String(value) })),
  fc.nat(999_999).map((value) => ({ ai: '3902', value: String(value) })),
  fc.constantFrom('261124', '991231', '000229').map((value) => ({ ai: '17', value })),
);
const list = fc.array(element, { minLength: 1, maxLength: 8 });

describe('element strings', () => {
  it('come back from the scanned and from the bracketed form', () => {
    fc.assert(
      fc.property(list, (elements) => {
        const scanned = parseElements(writeElements(elements));
        const typed = parseBracketed(writeBracketed(elements));
        expect(scanned).toEqual({ ok: true, value: elements });
        expect(typed).toEqual({ ok: true, value: elements });
      }),
    );
  });

  it('never crash on any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), text82), (text) => {
        parseElements(text);
        parseBracketed(text);
      }),
    );
  });

  it('accept separators that are not needed, but not two', () => {
    const gtin = '0112345678901231';
    expect(parseElements(`${gtin}${GROUP_SEPARATOR}10A${GROUP_SEPARATOR}`).ok).toBe(true);
    expect(parseElements(`${gtin}${GROUP_SEPARATOR}${GROUP_SEPARATOR}10A`).ok).toBe(false);
  });

  it('say where they break', () => {
    expect(parseElements('0112345678901232')).toEqual({ ok: false, error: { code: 'invalid_value', at: 2 } });
    expect(parseElements('011234567890123105X')).toEqual({
      ok: false,
      error: { code: 'unknown_ai', at: 16 },
    });
    expect(parseElements(Array(102).fill('201').join(''))).toMatchObject({ ok: false });
    expect(parseElements('2012'.repeat(101))).toEqual({ ok: false, error: { code: 'too_many', at: 400 } });
  });
});

describe('application identifiers', () => {
  it('are told apart by their beginning: none begins another', () => {
    for (let number = 0; number < 10_000; number++) {
      const digits = String(number).padStart(4, '0');
      const known = [2, 3, 4].filter((length) => applicationIdentifier(digits.slice(0, length)));
      expect(known.length).toBeLessThan(2);
      expect(leadingIdentifier(digits)?.ai.length).toBe(known[0]);
    }
  });

  it('only vary in their last component, so that each has its place', () => {
    for (let number = 0; number < 10_000; number++) {
      const components = leadingIdentifier(String(number).padStart(4, '0'))?.components ?? [];
      for (const component of components.slice(0, -1)) {
        expect(component.min).toBe(component.max);
        expect(component.optional).toBe(false);
      }
    }
  });
});
