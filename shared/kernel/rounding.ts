import { assert } from './assert.ts';

/** How a quotient becomes a whole number. `half_up` and `half_down` are symmetric about zero. */
export const roundingModes = [
  'half_up',
  'half_down',
  'half_even',
  'half_odd',
  'half_ceil',
  'half_floor',
  'down',
  'up',
  'floor',
  'ceil',
] as const;
export type RoundingMode = (typeof roundingModes)[number];

/**
 * value × numerator ÷ denominator, rounded once. Exact for all safe integers: products past 2^53 are taken in bigint.
 * @throws when an argument is not a safe integer, the denominator is not positive, or the result is not safe
 */
export function mulDiv(value: number, numerator: number, denominator: number, mode: RoundingMode): number {
  const product = value * numerator;
  // An approximate product is never below 2^53 when the exact one is not: rounding to nearest is monotone.
  if (product > -Number.MAX_SAFE_INTEGER && product < Number.MAX_SAFE_INTEGER && denominator > 0) {
    const rest = product % denominator;
    const quotient = (product - rest) / denominator;
    if (rest === 0) return quotient + 0;
    return quotient + step(quotient, rest, denominator, mode) + 0;
  }
  return divideBig(BigInt(value) * BigInt(numerator), BigInt(denominator), mode);
}

/** What rounding adds to a quotient that was cut towards zero: -1, 0 or 1. `rest` has the sign of the dividend. */
function step(quotient: number, rest: number, denominator: number, mode: RoundingMode): number {
  const sign = rest < 0 ? -1 : 1;
  const size = rest < 0 ? -rest : rest;
  // size and denominator - size instead of 2 × size: doubling could pass 2^53.
  const other = denominator - size;
  return away(size < other ? -1 : size > other ? 1 : 0, sign, quotient % 2 !== 0, mode) ? sign : 0;
}

function away(versusHalf: -1 | 0 | 1, sign: -1 | 1, odd: boolean, mode: RoundingMode): boolean {
  switch (mode) {
    case 'down':
      return false;
    case 'up':
      return true;
    case 'floor':
      return sign < 0;
    case 'ceil':
      return sign > 0;
    default:
      if (versusHalf !== 0) return versusHalf > 0;
  }
  switch (mode) {
    case 'half_up':
      return true;
    case 'half_down':
      return false;
    case 'half_even':
      return odd;
    case 'half_odd':
      return !odd;
    case 'half_ceil':
      return sign > 0;
    case 'half_floor':
      return sign < 0;
  }
}

/** dividend ÷ divisor in bigint, rounded once. */
export function divideBig(dividend: bigint, divisor: bigint, mode: RoundingMode): number {
  assert(divisor > 0n, 'the divisor must be positive');
  let quotient = dividend / divisor;
  const rest = dividend % divisor;
  if (rest !== 0n) {
    const sign = rest < 0n ? -1 : 1;
    const doubled = (rest < 0n ? -rest : rest) * 2n;
    const versusHalf = doubled < divisor ? -1 : doubled > divisor ? 1 : 0;
    if (away(versusHalf, sign, quotient % 2n !== 0n, mode)) quotient += BigInt(sign);
  }
  const result = Number(quotient);
  assert(Number.isSafeInteger(result), `the result is not a safe integer: ${quotient}`);
  return result;
}
