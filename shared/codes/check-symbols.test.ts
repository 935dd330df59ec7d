import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CROCKFORD } from './alphabet.ts';
import { CHECK_SYMBOLS, checkSymbols, checkSymbolsFit, MAX_CHECKED_SYMBOLS } from './check-symbols.ts';

const symbol = fc.constantFrom(...CROCKFORD);
const body = fc
  .array(symbol, { minLength: 1, maxLength: MAX_CHECKED_SYMBOLS - CHECK_SYMBOLS })
  .map((symbols) => symbols.join(''));

function replaceAt(text: string, index: number, replacement: string): string {
  return text.slice(0, index) + replacement + text.slice(index + 1);
}

describe('check symbols', () => {
  it('accept what they were made for', () => {
    fc.assert(fc.property(body, (text) => checkSymbolsFit(text + checkSymbols(text))));
  });

  it('never change: printed codes must stay valid', () => {
    expect(checkSymbols('0000000000')).toBe('VX');
    expect(checkSymbols('7H2K9QW4X0')).toBe('02');
  });

  // The code is linear apart from its leading symbol: whether an error is seen depends on the error alone, not on
  // the code word. So trying every error on one word of the full length is a proof for all words and lengths.
  it('catch every change of one symbol and of any two symbols, at the full length', () => {
    const word = '0'.repeat(MAX_CHECKED_SYMBOLS - CHECK_SYMBOLS);
    const full = word + checkSymbols(word);
    let missed = 0;
    for (let i = 0; i < full.length; i++) {
      for (const first of CROCKFORD) {
        if (first === full[i]) continue;
        const once = replaceAt(full, i, first);
        if (checkSymbolsFit(once)) missed++;
        for (let j = i + 1; j < full.length; j++) {
          for (const second of CROCKFORD) {
            if (second !== full[j] && checkSymbolsFit(replaceAt(once, j, second))) missed++;
          }
        }
      }
    }
    expect(missed).toBe(0);
  });

  it('catch every change of one symbol and every swap in any code', () => {
    fc.assert(
      fc.property(body, (text) => {
        const code = text + checkSymbols(text);
        for (let i = 0; i < code.length; i++) {
          for (const other of CROCKFORD) {
            if (other !== code[i] && checkSymbolsFit(replaceAt(code, i, other))) return false;
          }
          for (let j = i + 1; j < code.length; j++) {
            const [a, b] = [code.charAt(i), code.charAt(j)];
            if (a !== b && checkSymbolsFit(replaceAt(replaceAt(code, i, b), j, a))) return false;
          }
        }
        return true;
      }),
    );
  });

  it('catch zeros lost or added in front', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), body, (zeros, text) => {
        const code = text + checkSymbols(text);
        const longer = '0'.repeat(zeros) + code;
        return longer.length > MAX_CHECKED_SYMBOLS || !checkSymbolsFit(longer);
      }),
    );
  });
});
