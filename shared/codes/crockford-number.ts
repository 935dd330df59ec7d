import { assert } from '../kernel/assert.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { CROCKFORD, foldLookalikes, symbolAt, symbolValue } from './alphabet.ts';

/** Crockford's base32 of whole numbers with its optional check symbol (https://www.crockford.com/base32.html). */

/** The check symbol is the value modulo 37, the first prime above 32: five more symbols, used nowhere else. */
const CHECK_ALPHABET = `${CROCKFORD}*~$=U`;
const CHECK_MODULUS = 37n;
const RADIX = 32n;
/** 200 symbols hold 1,000 bits; anything longer is no code. */
const MAX_SYMBOLS = 200;

export function encodeCrockfordNumber(value: bigint): string {
  assert(value >= 0n, 'a negative number has no base32 form');
  let rest = value;
  let text = '';
  do {
    text = symbolAt(Number(rest % RADIX)) + text;
    rest /= RADIX;
  } while (rest > 0n);
  return text;
}

export function crockfordCheckSymbol(value: bigint): string {
  return CHECK_ALPHABET.charAt(Number(value % CHECK_MODULUS));
}

/** Hyphens after every `size` symbols, from the left. */
export function groupSymbols(text: string, size: number): string {
  assert(size >= 1, 'a group has at least one symbol');
  return text.replace(new RegExp(`(.{${size}})(?=.)`, 'g'), '$1-');
}

export type CrockfordFault = 'invalid_symbol' | 'not_normal_form' | 'check_mismatch';

export type CrockfordReading = {
  /** Refuse what an encoder would not have written: lower case, hyphens, look-alikes. */
  readonly strict?: boolean;
  /** The last symbol is a check symbol. */
  readonly check?: boolean;
};

/** Upper case, without hyphens, look-alikes resolved. Does not say whether every symbol is valid. */
export function normaliseCrockford(text: string, strict = false): Result<string, 'not_normal_form'> {
  const normal = foldLookalikes(text.toUpperCase().replaceAll('-', ''));
  return strict && normal !== text ? err('not_normal_form') : ok(normal);
}

export function decodeCrockfordNumber(
  text: string,
  { strict = false, check = false }: CrockfordReading = {},
): Result<bigint, CrockfordFault> {
  const normal = normaliseCrockford(text, strict);
  if (!normal.ok) return normal;
  const body = check ? normal.value.slice(0, -1) : normal.value;
  if (body.length === 0 || body.length > MAX_SYMBOLS) return err('invalid_symbol');
  let value = 0n;
  for (let i = 0; i < body.length; i++) {
    const symbol = symbolValue(body.charCodeAt(i));
    if (symbol < 0) return err('invalid_symbol');
    value = value * RADIX + BigInt(symbol);
  }
  if (!check) return ok(value);
  const given = normal.value.slice(-1);
  if (!CHECK_ALPHABET.includes(given)) return err('invalid_symbol');
  return given === crockfordCheckSymbol(value) ? ok(value) : err('check_mismatch');
}
