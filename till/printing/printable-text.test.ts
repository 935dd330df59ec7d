import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printableText } from './printable-text.ts';

describe('printableText', () => {
  it.each([
    ['Grüße – 5 € off', 'Grüße – 5 € off'],
    ['¡Rebajas! Señor, ¿3×2?', '¡Rebajas! Señor, ¿3×2?'],
    ['Gru\u0308ße', 'Grüße'],
    ['Zażółć gęślą jaźń', 'Zazólc gesla jazn'],
    ['Příliš žluťoučký kůň', 'Príliš žlutoucký kun'],
    ['İndirim %10 ığş', 'Indirim %10 igs'],
    ['min\u00AD\u2009\u202F10 −5', 'min 10 -5'],
    ['Sale 🎉🎉 now', 'Sale now'],
    ['Скидка 10 %', '… 10 %'],
    ['Скидка', ''],
    ['ﬁne №5', 'fine No5'],
  ])('writes %j as %j', (text, expected) => {
    expect(printableText(text)).toBe(expected);
  });

  it('only ever gives characters of Windows-1252', () => {
    const decoder = new TextDecoder('windows-1252');
    const all = new Set(decoder.decode(Uint8Array.from({ length: 256 }, (_, byte) => byte)));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        [...printableText(text)].every((char) => all.has(char) && char >= ' ' && char !== '\u007F'),
      ),
    );
  });
});
