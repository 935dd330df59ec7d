import { verifyGs1CheckDigit } from './check-digit.ts';
import { parseCoupon8110 } from './coupon-8110.ts';
import { parseCoupon8112 } from './coupon-8112.ts';
import { currencyOfNumber } from './currency-numbers.ts';
import { isHhmm, isYymmd0, isYymmdd, isYyyymmdd } from './dates.ts';

/** What a component has to be beyond its characters and length, by the names that the dictionary uses. */
const checks: Readonly<Record<string, (value: string) => boolean>> = {
  csum: (value) => verifyGs1CheckDigit(value).ok,
  yymmdd: isYymmdd,
  yymmd0: isYymmd0,
  yyyymmdd: isYyyymmdd,
  yymmddhh: (value) => isYymmdd(value.slice(0, 6)) && isHhmm(`${value.slice(6)}00`),
  hhmm: isHhmm,
  mmoptss: (value) => /^[0-5]\d([0-5]\d)?$/.test(value),
  hyphen: (value) => value === '-',
  yesno: (value) => value === '0' || value === '1',
  zero: (value) => value === '0',
  nonzero: (value) => !/^0+$/.test(value),
  nozeroprefix: (value) => value === '0' || !value.startsWith('0'),
  /** 0 face out, 1 face in, 9 undefined. */
  winding: (value) => value === '0' || value === '1' || value === '9',
  pieceoftotal: (value) => {
    const piece = Number(value.slice(0, 2));
    return piece > 0 && piece <= Number(value.slice(2));
  },
  triples: (value) => value.length % 3 === 0,
  iso4217: (value) => currencyOfNumber(value) !== undefined,
  couponcode: (value) => parseCoupon8110(value).ok,
  couponposoffer: (value) => parseCoupon8112(value).ok,
};

export function passesCheck(name: string, value: string): boolean {
  const check = checks[name];
  if (!check) throw new Error(`no such check: ${name}`);
  return check(value);
}
