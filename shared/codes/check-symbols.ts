import { assert } from '../kernel/assert.ts';
import { symbolAt, symbolValue } from './alphabet.ts';

/**
 * Two check symbols from the code's own alphabet: a shortened Reed-Solomon code over GF(32).
 *
 * Symbols are elements of GF(2)[x]/(x^5+x^2+1), in which a = x is primitive (order 31). A code word, taken as a
 * polynomial with its last symbol as constant term, has the roots a and a^2, hence minimum distance 3 up to 31
 * symbols: every change of one symbol and every change of two is caught, so every swap, adjacent or not. Any other
 * error slips through once in 1,024 times. A fixed leading symbol 1, never written, makes the length count:
 * otherwise a zero lost or added in front would not be seen.
 */
export const CHECK_SYMBOLS = 2;
/** 31 elements other than zero, less the leading symbol. */
export const MAX_CHECKED_SYMBOLS = 30;

const FIELD_POLYNOMIAL = 0b100101;
const FIELD_SIZE = 32;
const LEADING_SYMBOL = 1;

function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 4; bit >= 0; bit--) {
    product <<= 1;
    if (product & FIELD_SIZE) product ^= FIELD_POLYNOMIAL;
    if (b & (1 << bit)) product ^= a;
  }
  return product;
}

// (x - a)(x - a^2) = x^2 + (a + a^2) x + a^3, with a = 2.
const GENERATOR_1 = 2 ^ multiply(2, 2);
const GENERATOR_0 = multiply(2, multiply(2, 2));
const timesGenerator1 = Uint8Array.from({ length: FIELD_SIZE }, (_, value) => multiply(GENERATOR_1, value));
const timesGenerator0 = Uint8Array.from({ length: FIELD_SIZE }, (_, value) => multiply(GENERATOR_0, value));

/** The remainder after division by the generator: the higher symbol times 32 plus the lower one. */
function remainder(body: string): number {
  let high = 0;
  let low = 0;
  for (let i = -1; i < body.length; i++) {
    const symbol = i < 0 ? LEADING_SYMBOL : symbolValue(body.charCodeAt(i));
    assert(symbol >= 0, 'check symbols are taken over base32 symbols only');
    const feedback = high ^ symbol;
    high = low ^ (timesGenerator1[feedback] as number);
    low = timesGenerator0[feedback] as number;
  }
  return high * FIELD_SIZE + low;
}

/** The two symbols to write after `body`, which holds upper-case base32 symbols only. */
export function checkSymbols(body: string): string {
  assert(
    body.length > 0 && body.length + CHECK_SYMBOLS <= MAX_CHECKED_SYMBOLS,
    'too long for its check symbols',
  );
  const rest = remainder(body);
  return symbolAt(Math.floor(rest / FIELD_SIZE)) + symbolAt(rest % FIELD_SIZE);
}

/** Whether `text`, upper-case base32 symbols only, ends in the check symbols of what stands before them. */
export function checkSymbolsFit(text: string): boolean {
  if (text.length <= CHECK_SYMBOLS || text.length > MAX_CHECKED_SYMBOLS) return false;
  return text.endsWith(checkSymbols(text.slice(0, -CHECK_SYMBOLS)));
}
