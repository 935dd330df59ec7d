import { minorDigits } from '../../shared/kernel/currency.ts';
import { formatDecimal, parseDecimal } from '../../shared/kernel/money.ts';

const PERCENT_DIGITS = 2;

/** Major units as text to minor units, exactly. `undefined`: not a plain number, negative, or finer than the currency. */
export function parseAmount(text: string, currency: string): number | undefined {
  const amount = parseDecimal(text, minorDigits(currency));
  return amount.ok && amount.value >= 0 ? amount.value : undefined;
}

/** `12.5` percent to 1,250 basis points. */
export function parsePercent(text: string): number | undefined {
  const percent = parseDecimal(text, PERCENT_DIGITS);
  return percent.ok && percent.value >= 0 ? percent.value : undefined;
}

/**
 * Major units as a JSON number. Exact: an amount has at most 15 digits, and the shortest text of a double gives any
 * decimal of up to 15 digits back as it was.
 */
export function amountNumber(amountMinor: number, currency: string): number {
  return Number(formatDecimal(amountMinor, minorDigits(currency)));
}

export function percentNumber(percentBp: number): number {
  return Number(formatDecimal(percentBp, PERCENT_DIGITS));
}
