import { assert } from '../kernel/assert.ts';

/** Crockford's base32 (https://www.crockford.com/base32.html): no I, L, O (look like 1 and 0), no U. */
export const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const CROCKFORD_BITS = 5;
const CROCKFORD_MASK = (1 << CROCKFORD_BITS) - 1;

const NOT_A_SYMBOL = 0xff;
const LAST_ASCII = 0x7f;
const valueByChar = new Uint8Array(LAST_ASCII + 1).fill(NOT_A_SYMBOL);
for (let value = 0; value < CROCKFORD.length; value++) valueByChar[CROCKFORD.charCodeAt(value)] = value;

/** The value of an upper-case symbol, or -1 when the alphabet does not have it. */
export function symbolValue(charCode: number): number {
  if (charCode > LAST_ASCII) return -1;
  const value = valueByChar[charCode] as number;
  return value === NOT_A_SYMBOL ? -1 : value;
}

export function symbolAt(value: number): string {
  assert(value >= 0 && value <= CROCKFORD_MASK, 'not a base32 value');
  return CROCKFORD.charAt(value);
}

/** A byte holds eight times 32 values, so its low bits are as uniform as the byte. */
export function symbolFromByte(byte: number): number {
  return byte & CROCKFORD_MASK;
}

/** Look-alikes that a reader takes for one another: I and L for 1, O for 0. Upper case in and out. */
export function foldLookalikes(text: string): string {
  return text.replace(/[IL]/g, '1').replaceAll('O', '0');
}
