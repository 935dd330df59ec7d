import { err, ok, type Result } from '../kernel/result.ts';

/** Base45, RFC 9285: two bytes in three symbols of the QR code's alphanumeric mode, a last odd byte in two. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const RADIX = 45;
const MAX_PAIR = 0xffff;
const MAX_BYTE = 0xff;

const NOT_A_SYMBOL = -1;
const values = new Map([...ALPHABET].map((symbol, value) => [symbol, value]));

export type Base45Fault = 'invalid_symbol' | 'length' | 'overflow';

/** Strict: lower case is not in the alphabet, and values beyond 16 (8) bits are refused as the RFC demands. */
export function decodeBase45(text: string): Result<Uint8Array, Base45Fault> {
  const symbols = [...text].map((symbol) => values.get(symbol) ?? NOT_A_SYMBOL);
  if (symbols.includes(NOT_A_SYMBOL)) return err('invalid_symbol');
  if (symbols.length % 3 === 1) return err('length');
  const bytes: number[] = [];
  for (let i = 0; i < symbols.length; i += 3) {
    const [c = 0, d = 0, e] = symbols.slice(i, i + 3);
    const value = c + d * RADIX + (e ?? 0) * RADIX * RADIX;
    if (value > (e === undefined ? MAX_BYTE : MAX_PAIR)) return err('overflow');
    if (e !== undefined) bytes.push(value >> 8);
    bytes.push(value & MAX_BYTE);
  }
  return ok(Uint8Array.from(bytes));
}

export function encodeBase45(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 2) {
    const [first = 0, second] = bytes.subarray(i, i + 2);
    let rest = second === undefined ? first : first * 256 + second;
    for (let symbol = 0; symbol < (second === undefined ? 2 : 3); symbol++) {
      text += ALPHABET.charAt(rest % RADIX);
      rest = Math.floor(rest / RADIX);
    }
  }
  return text;
}
