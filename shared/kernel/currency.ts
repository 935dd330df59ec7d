/**
 * Minor-unit digits of ISO 4217 currencies that have other than two, as the standard's list one of 2024 gives them.
 * Everything that is not listed here has two, which holds for every other active currency.
 */
const DIGITS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
};

const USUAL_DIGITS = 2;

/** How many decimals a price in this currency has: 2 for EUR, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  return DIGITS[currency] ?? USUAL_DIGITS;
}

/**
 * The smallest amount of cash, in minor units, where it is not one minor unit. A till rounds cash payments to it;
 * prices and discounts keep their minor units.
 */
const CASH_STEP: Readonly<Record<string, number>> = {
  AUD: 5,
  CAD: 5,
  CHF: 5,
  CZK: 100,
  DKK: 50,
  HUF: 500,
  ILS: 10,
  NOK: 100,
  NZD: 10,
  SEK: 100,
};

export function cashStepMinor(currency: string): number {
  return CASH_STEP[currency] ?? 1;
}
