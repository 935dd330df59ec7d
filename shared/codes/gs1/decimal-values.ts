import { currencyOfNumber } from './currency-numbers.ts';
import type { Element } from './elements.ts';

/** A number that an element carries; its decimals are the last digit of the identifier. Exact decimal text. */
export type DecimalValue = { readonly value: string; readonly currency?: string };

const CURRENCY_DIGITS = 3;

/** 31nn–36nn measures, 390n amount or coupon value, 391n with currency, 392n and 393n price, 394n percent off. */
export function decimalValue({ ai, value }: Element): DecimalValue | undefined {
  if (!/^3[1-6]\d\d$|^39[0-5]\d$/.test(ai)) return undefined;
  const decimals = Number(ai.slice(-1));
  const withCurrency = ai.startsWith('391') || ai.startsWith('393');
  const digits = withCurrency ? value.slice(CURRENCY_DIGITS) : value;
  if (!/^[0-9]+$/.test(digits)) return undefined;
  const number = placePoint(digits, decimals);
  if (!withCurrency) return { value: number };
  const currency = currencyOfNumber(value.slice(0, CURRENCY_DIGITS));
  return currency === undefined ? undefined : { value: number, currency };
}

function placePoint(digits: string, decimals: number): string {
  const padded = digits.padStart(decimals + 1, '0');
  const whole = padded.slice(0, padded.length - decimals).replace(/^0+(?=\d)/, '');
  return decimals === 0 ? whole : `${whole}.${padded.slice(-decimals)}`;
}
