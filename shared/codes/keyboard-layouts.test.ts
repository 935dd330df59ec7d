import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CROCKFORD } from './alphabet.ts';
import { checkSymbols, checkSymbolsFit } from './check-symbols.ts';
import { isGeneratedShape } from './code-shape.ts';
import { correctLayout } from './keyboard-layouts.ts';

const code = fc
  .array(fc.constantFrom(...CROCKFORD), { minLength: 8, maxLength: 24 })
  .map((symbols) => symbols.join(''))
  .map((body) => body + checkSymbols(body));

/** What the host's keyboard types for what the scanner, set to an American one, means. */
const german = (text: string) => text.replace(/[YZ]/g, (char) => (char === 'Y' ? 'Z' : 'Y'));
const frenchLetters: Record<string, string> = { A: 'Q', Q: 'A', Z: 'W', W: 'Z', M: '?' };
const french = (text: string) =>
  text.replace(/[0-9AQZWM]/g, (char) => frenchLetters[char] ?? 'à&é"\'(-è_ç'.charAt(Number(char)));

const isChecked = (text: string) => isGeneratedShape(text) && checkSymbolsFit(text);

describe('correctLayout', () => {
  it('finds a scanned code behind a German or French keyboard, capital or small', () => {
    fc.assert(
      fc.property(code, (meant) => {
        for (const typed of [german(meant), french(meant), french(meant).toLowerCase()]) {
          // Once in a thousand times what was typed is another code whose check symbols fit.
          fc.pre(typed === meant || !isChecked(typed));
          expect(correctLayout(typed).toUpperCase()).toBe(meant);
        }
      }),
    );
  });

  it('leaves alone what is right already, and what proves nothing', () => {
    fc.assert(fc.property(code, (right) => correctLayout(right) === right));
    for (const text of ['LAZY10', 'https://shop.example/y', '5412345000150'])
      expect(correctLayout(text)).toBe(text);
  });
});
