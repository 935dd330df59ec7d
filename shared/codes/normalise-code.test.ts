import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CROCKFORD } from './alphabet.ts';
import { canonicalCode } from './canonical-code.ts';
import { checkSymbols } from './check-symbols.ts';
import { displayCode } from './display-code.ts';
import { normaliseCode } from './normalise-code.ts';

const generated = fc
  .array(fc.constantFrom(...CROCKFORD), { minLength: 8, maxLength: 24 })
  .map((symbols) => symbols.join(''))
  .map((body) => body + checkSymbols(body));

function read(entered: string) {
  const reading = normaliseCode(entered);
  if (!reading.ok) throw new Error(`refused: ${entered}`);
  return reading.value;
}

const lookalikes: Record<string, string[]> = { '0': ['0', 'O', 'o'], '1': ['1', 'I', 'i', 'L', 'l'] };
const dashes = [
  '',
  '',
  '',
  '-',
  ' ',
  '\u2010',
  '\u2011',
  '\u2013',
  '\u2014',
  '\u2212',
  '\uFF0D',
  '\u00A0',
  '\u200B',
];

/** A code as somebody might type it: any case, look-alikes, separators anywhere. */
const typed = fc.tuple(generated, fc.infiniteStream(fc.nat())).map(([code, choices]): [string, string] => {
  const next = (from: readonly string[]) => from[(choices.next().value as number) % from.length] as string;
  const entered = [...code].map(
    (char) => next(dashes) + next(lookalikes[char] ?? [char, char.toLowerCase()]),
  );
  return [code, entered.join('')];
});

describe('normaliseCode', () => {
  it('finds a generated code in any case, with look-alikes and separators', () => {
    fc.assert(
      fc.property(typed, ([code, entered]) => {
        const reading = read(entered);
        return reading.candidates.includes(code) && reading.display === displayCode(code);
      }),
    );
  });

  it('says that a valid code is unknown, not mistyped', () => {
    fc.assert(fc.property(typed, ([, entered]) => read(entered).ifUnknown === 'code_unknown'));
  });

  it('tells every single-character error and every adjacent swap from an unknown code', () => {
    const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    const folded = (char: string) => (char === 'O' ? '0' : char === 'I' || char === 'L' ? '1' : char);
    fc.assert(
      fc.property(generated, (code) => {
        for (let i = 0; i < code.length; i++) {
          for (const other of characters) {
            const wrong = code.slice(0, i) + other + code.slice(i + 1);
            if (folded(other) !== code[i] && read(wrong).ifUnknown !== 'code_mistyped') return false;
          }
          const swapped = code.slice(0, i) + code.charAt(i + 1) + code.charAt(i) + code.slice(i + 2);
          if (i + 1 < code.length && swapped !== code && read(swapped).ifUnknown !== 'code_mistyped')
            return false;
        }
        return true;
      }),
    );
  });

  it('tells a typing error also when look-alikes were typed', () => {
    // 0 typed as O, and the last symbol wrong.
    const body = '7H2K0QW4X1';
    const code = body + checkSymbols(body);
    const wrong = code.slice(0, -1) + (code.endsWith('Z') ? 'Y' : 'Z');
    expect(read(wrong.replace('0', 'o').replace('1', 'l')).ifUnknown).toBe('code_mistyped');
  });

  it.each(['summer10', 'Summer-10', ' SUMMER 10 ', 'ＳＵＭＭＥＲ１０', 'SUMMER\u201110'])(
    'looks a shared code up as it is: %s',
    (entered) => {
      expect(read(entered)).toEqual({
        canonical: 'SUMMER10',
        display: 'SUMMER10',
        candidates: ['SUMMER10'],
        ifUnknown: 'code_unknown',
      });
    },
  );

  it('finds a shared code whose digits were typed as letters', () => {
    expect(read('SUMMERIO').candidates).toEqual(['SUMMERIO', 'SUMMER10']);
  });

  it.each(['DOESNOTEXIST', 'NOSUCHCODE', 'BLACKFRIDAY24', 'WELCOME2024'])(
    'takes a word for a word: %s',
    (word) => {
      expect(read(word).ifUnknown).toBe('code_unknown');
    },
  );

  it('finds a classic code with look-alikes on either side', () => {
    expect(read('a1234O').candidates).toContain('A12340');
    expect(read('0I2345').candidates).toContain('O12345');
  });

  it('finds a UUID in every usual form', () => {
    const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e';
    const canonical = '0F8FAD5BD9CB469FA16570867728950E';
    for (const entered of [uuid, uuid.toUpperCase(), canonical, uuid.replace('0', 'O')]) {
      expect(read(entered).candidates).toContain(canonical);
    }
    expect(displayCode(canonical)).toBe(uuid);
  });

  it.each(['', '   ', '--', 'A\u0000B', 'x'.repeat(65), 'x'.repeat(10_000), '🎟', 'a\u{FFFF}b'])(
    'refuses %j',
    (entered) => {
      expect(normaliseCode(entered)).toEqual({ ok: false, error: 'code_malformed' });
    },
  );

  it('is idempotent for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        const canonical = canonicalCode(text);
        return canonical === undefined || canonicalCode(canonical) === canonical;
      }),
      { numRuns: 2_000 },
    );
  });

  describe('of a scanner', () => {
    const body = '7H2K9QWYX0';
    const code = body + checkSymbols(body);

    it.each([
      [`]Q1${code}`],
      [`\u0002${code}\r\n`],
      [`${code}\t`],
      [`https://shop.example/c/${code}`],
      [`HTTPS://SHOP.EXAMPLE/C/${code}`],
      [`https://shop.example/redeem?utm=1&code=${code.toLowerCase()}#x`],
    ])('finds the code in %j', (entered) => {
      expect(read(entered).candidates).toContain(code);
      expect(read(entered).display).toBe(displayCode(code));
      expect(read(entered).ifUnknown).toBe('code_unknown');
    });

    it.each([
      ['(255)5412345000150', ['5412345000150']],
      [']C12555412345000150123', ['5412345000150123', '5412345000150']],
      [']e08110106141411234563100110123', ['106141411234563100110123']],
      ['https://shop.example/255/541234500015042', ['541234500015042', '5412345000150']],
      ['\u001D8112001234561234560123456\u001D10X', ['001234561234560123456']],
    ])('reads the coupon in GS1 data: %j', (entered, codes) => {
      expect(read(entered).candidates.slice(0, codes.length)).toEqual(codes);
    });

    it('takes GS1 digits without their mark as they are', () => {
      expect(read('2555412345000150').candidates[0]).toBe('2555412345000150');
    });
  });
});
