import { minorDigits } from './currency.ts';
import { err, ok, type Result } from './result.ts';
import { divideBig, type RoundingMode } from './rounding.ts';

/** An amount in the smallest unit of its currency. */
export type Money = { readonly amountMinor: number; readonly currency: string };

export type DecimalFault = 'not_a_number' | 'too_fine' | 'too_large';

/** Longer texts are no amounts; the bound keeps the bigint small. */
const MAX_TEXT = 40;

/**
 * Reads a decimal number in major units from its text, exactly: no float touches it.
 * @param digits minor-unit digits of the currency
 * @param finer what to do with more decimals than the currency has: refuse, or round once
 */
export function parseDecimal(
  text: string,
  digits: number,
  finer: 'refuse' | RoundingMode = 'refuse',
): Result<number, DecimalFault> {
  const match = text.length <= MAX_TEXT ? /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text) : null;
  if (match === null) return err('not_a_number');
  const [, sign = '', whole = '', fraction = ''] = match;
  const kept = fraction.replace(/0+$/, '');
  if (kept.length > digits && finer === 'refuse') return err('too_fine');
  const scale = Math.max(digits, kept.length);
  const value = BigInt(`${sign === '-' ? '-' : ''}${whole}${kept.padEnd(scale, '0')}`);
  const divisor = 10n ** BigInt(scale - digits);
  const limit = BigInt(Number.MAX_SAFE_INTEGER) * divisor;
  if (value > limit || value < -limit) return err('too_large');
  return ok(divideBig(value, divisor, finer === 'refuse' ? 'down' : finer));
}

/** The amount in major units with all its decimals and a point: for machines. People read `Intl.NumberFormat`. */
export function formatDecimal(amountMinor: number, digits: number): string {
  const sign = amountMinor < 0 ? '-' : '';
  const text = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
  if (digits === 0) return `${sign}${text}`;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

export function parseMoney(text: string, currency: string): Result<Money, DecimalFault> {
  const amount = parseDecimal(text, minorDigits(currency));
  return amount.ok ? ok({ amountMinor: amount.value, currency }) : amount;
}
