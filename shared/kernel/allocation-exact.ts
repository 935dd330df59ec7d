import { assert } from './assert.ts';

/**
 * Splits of any size, in bigint: amounts past 2^53, weights with many decimals, and the rules of split that only
 * bookkeeping needs. Also the reference that `allocate` is tested against.
 * - `largest_remainder`, `first`, `largest_weight`: as in `allocate`, shares cut.
 * - `last`: shares cut, the last part of any weight takes what is left.
 * - `from_last`: from the last part to the first, each cut from what is left, so that losses gather in front.
 * - `apart`: shares cut, what is left stands as one more part at the end.
 * - `blocks_apart`: whole multiples of the reduced weights only, what is left stands at the end.
 */
export type ExactRule =
  | 'largest_remainder'
  | 'first'
  | 'last'
  | 'largest_weight'
  | 'from_last'
  | 'apart'
  | 'blocks_apart';

/** @param amount of either sign; a negative one is split as its mirror image */
export function allocateExact(amount: bigint, weights: readonly bigint[], rule: ExactRule): bigint[] {
  if (amount < 0n) return allocateExact(-amount, weights, rule).map((part) => -part);
  let total = 0n;
  for (const weight of weights) {
    assert(weight >= 0n, 'weights must not be negative');
    total += weight;
  }
  if (amount === 0n)
    return [...weights, ...(rule === 'apart' || rule === 'blocks_apart' ? [0n] : [])].map(() => 0n);
  assert(total > 0n, 'the weights must have a sum above zero');
  if (rule === 'from_last') return fromLast(amount, weights, total);
  const parts =
    rule === 'blocks_apart' ? blocks(amount, weights, total) : weights.map((w) => (amount * w) / total);
  const left = amount - parts.reduce((sum, part) => sum + part, 0n);
  if (rule === 'apart' || rule === 'blocks_apart') return [...parts, left];
  if (rule === 'last') {
    const last = weights.findLastIndex((weight) => weight > 0n);
    return parts.map((part, index) => (index === last ? part + left : part));
  }
  return handOut(parts, left, receivers(amount, weights, total, rule));
}

function receivers(amount: bigint, weights: readonly bigint[], total: bigint, rule: ExactRule): number[] {
  const order = weights.map((_, index) => index).filter((index) => weights[index] !== 0n);
  if (rule === 'first') return order;
  const value = rule === 'largest_weight' ? weights : weights.map((weight) => (amount * weight) % total);
  // Array.sort is stable: ties stay in order.
  return order.sort((a, b) => compare(value[b] as bigint, value[a] as bigint));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function handOut(parts: readonly bigint[], left: bigint, order: readonly number[]): bigint[] {
  const out = [...parts];
  let missing = left;
  for (const index of order) {
    if (missing === 0n) break;
    out[index] = (out[index] as bigint) + 1n;
    missing -= 1n;
  }
  assert(missing === 0n, 'each leftover unit has a part');
  return out;
}

function fromLast(amount: bigint, weights: readonly bigint[], total: bigint): bigint[] {
  const out = weights.map(() => 0n);
  let leftAmount = amount;
  let leftWeight = total;
  for (let i = weights.length - 1; i >= 0 && leftWeight > 0n; i--) {
    const weight = weights[i] as bigint;
    const part = (leftAmount * weight) / leftWeight;
    out[i] = part;
    leftAmount -= part;
    leftWeight -= weight;
  }
  return out;
}

function blocks(amount: bigint, weights: readonly bigint[], total: bigint): bigint[] {
  let divisor = 0n;
  for (const weight of weights) divisor = gcd(divisor, weight);
  const count = amount / (total / divisor);
  return weights.map((weight) => (weight / divisor) * count);
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  // Euclid: the remainder at least halves every two rounds.
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
