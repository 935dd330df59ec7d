import { assert } from './assert.ts';
import { mulDiv, type RoundingMode } from './rounding.ts';

/**
 * Who gets the minor units that whole shares leave over.
 * - `largest_remainder`: the shares that lost the largest fraction (Hamilton); ties to the first.
 * - `first`: shares are rounded, the first parts give or take what is missing, one unit each.
 * - `last`: shares are rounded, the last part takes the rest.
 * - `largest_weight`: the largest weights, one unit each; ties to the first.
 */
export type RemainderRule = 'largest_remainder' | 'first' | 'last' | 'largest_weight';

/**
 * Splits an amount in proportion to weights, in whole minor units that sum to it exactly.
 * No part is larger than its exact share rounded up, except the part that takes a remainder by `first` or `last`.
 * @param amount minor units, not negative
 * @param weights safe integers, not negative, at least one above zero unless the amount is zero
 */
export function allocate(
  amount: number,
  weights: readonly number[],
  rule: RemainderRule = 'largest_remainder',
  shareRounding: RoundingMode = 'down',
): number[] {
  assert(Number.isSafeInteger(amount) && amount >= 0, 'the amount must be a whole number of minor units');
  let total = 0;
  for (const weight of weights) {
    assert(Number.isSafeInteger(weight) && weight >= 0, 'weights must be whole and not negative');
    total += weight;
  }
  if (amount === 0) return weights.map(() => 0);
  assert(total > 0 && Number.isSafeInteger(total), 'the weights must have a safe sum above zero');
  switch (rule) {
    case 'largest_remainder':
      return largestRemainder(amount, weights, total);
    case 'first':
      return roundedThenFirst(amount, weights, total, shareRounding);
    case 'last':
      return roundedThenLast(amount, weights, total, shareRounding);
    case 'largest_weight':
      return handOut(amount, floors(amount, weights, total), byDescending(weights));
  }
}

function floors(amount: number, weights: readonly number[], total: number): number[] {
  return weights.map((weight) => mulDiv(amount, weight, total, 'down'));
}

function largestRemainder(amount: number, weights: readonly number[], total: number): number[] {
  const parts = floors(amount, weights, total);
  let missing = amount;
  for (const part of parts) missing -= part;
  if (missing === 0) return parts;
  // Fractions compare exactly by their numerators over the common denominator `total`.
  const lost = weights.map((weight) => remainder(amount, weight, total));
  return handOut(amount, parts, byDescending(lost));
}

/** amount × weight modulo total, exactly. */
export function remainder(amount: number, weight: number, total: number): number {
  const product = amount * weight;
  if (product < Number.MAX_SAFE_INTEGER) return product % total;
  return Number((BigInt(amount) * BigInt(weight)) % BigInt(total));
}

function byDescending(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).filter((index) => (values[index] as number) > 0);
  return order.sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
}

/** Gives one minor unit each, in `order`, until the parts sum to the amount. */
function handOut(amount: number, parts: number[], order: readonly number[]): number[] {
  let missing = amount;
  for (const part of parts) missing -= part;
  // Floors lose less than one unit each, so one round over the parts that lost something is enough.
  for (const index of order) {
    if (missing === 0) break;
    parts[index] = (parts[index] as number) + 1;
    missing -= 1;
  }
  assert(missing === 0, 'every leftover unit has a part that lost a fraction');
  return parts;
}

function roundedThenFirst(
  amount: number,
  weights: readonly number[],
  total: number,
  mode: RoundingMode,
): number[] {
  const parts = weights.map((weight) => mulDiv(amount, weight, total, mode));
  let missing = amount;
  for (const part of parts) missing -= part;
  const step = missing < 0 ? -1 : 1;
  // Rounding moves each part by less than one unit, so one round over them is enough.
  for (let i = 0; i < parts.length && missing !== 0; i++) {
    if (weights[i] === 0 || (parts[i] as number) + step < 0) continue;
    parts[i] = (parts[i] as number) + step;
    missing -= step;
  }
  assert(missing === 0, 'every leftover unit has a part that was rounded');
  return parts;
}

function roundedThenLast(
  amount: number,
  weights: readonly number[],
  total: number,
  mode: RoundingMode,
): number[] {
  let last = weights.length - 1;
  while (weights[last] === 0) last -= 1;
  let left = amount;
  const parts = weights.map((weight, index) => {
    if (index === last) return 0;
    const part = Math.min(left, mulDiv(amount, weight, total, mode));
    left -= part;
    return part;
  });
  parts[last] = left;
  return parts;
}

/**
 * As `allocate`, but no part is larger than its cap: what a part cannot take is split over the others again.
 * @param caps at least the amount in sum
 */
export function allocateCapped(
  amount: number,
  weights: readonly number[],
  caps: readonly number[],
  rule: RemainderRule = 'largest_remainder',
  shareRounding: RoundingMode = 'down',
): number[] {
  const parts = allocate(amount, weights, rule, shareRounding);
  let excess = clamp(parts, caps);
  // Every round fills at least one part to its cap, so there are at most as many rounds as parts.
  for (let round = 0; excess > 0; round++) {
    assert(round <= parts.length, 'the caps must sum to at least the amount');
    const room = caps.map((cap, i) => cap - (parts[i] as number));
    const open = weights.map((weight, i) => ((room[i] as number) > 0 ? weight : 0));
    const usable = open.some((weight) => weight > 0) ? open : room;
    const more = allocate(excess, usable, rule, shareRounding);
    for (let i = 0; i < parts.length; i++) parts[i] = (parts[i] as number) + (more[i] as number);
    excess = clamp(parts, caps);
  }
  return parts;
}

function clamp(parts: number[], caps: readonly number[]): number {
  let excess = 0;
  for (let i = 0; i < parts.length; i++) {
    const over = (parts[i] as number) - (caps[i] as number);
    if (over <= 0) continue;
    parts[i] = caps[i] as number;
    excess += over;
  }
  return excess;
}
