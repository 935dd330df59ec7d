import { assert } from '../../kernel/assert.ts';

/**
 * Luhn's algorithm (ISO/IEC 7812-1 annex B), and its form for any alphabet ("Luhn mod N"): every second symbol from the
 * right is doubled, and the digits of the product in base N are added.
 */
export const DIGITS = '0123456789';

/** `undefined`: a symbol is not in the alphabet, or there is none. */
export function luhnCheckSymbol(body: string, alphabet = DIGITS): string | undefined {
  const sum = luhnSum(body, alphabet, 2);
  return sum === undefined ? undefined : alphabet.charAt((alphabet.length - sum) % alphabet.length);
}

export function luhnFits(text: string, alphabet = DIGITS): boolean {
  return text.length >= 2 && luhnSum(text, alphabet, 1) === 0;
}

function luhnSum(text: string, alphabet: string, lastFactor: 1 | 2): number | undefined {
  const radix = alphabet.length;
  assert(radix >= 2 && radix % 2 === 0, 'Luhn needs an alphabet of even size: doubling must be reversible');
  if (text === '') return undefined;
  let sum = 0;
  let factor: number = lastFactor;
  for (const symbol of [...text].reverse()) {
    const value = alphabet.indexOf(symbol);
    if (value < 0) return undefined;
    const product = value * factor;
    sum += Math.floor(product / radix) + (product % radix);
    factor = factor === 1 ? 2 : 1;
  }
  return sum % radix;
}
