import { remainder } from '../kernel/allocation.ts';
import { assert } from '../kernel/assert.ts';
import { mulDiv } from '../kernel/rounding.ts';
import type { UnitRun } from './types.ts';

/**
 * Units of a line carry equal amounts in runs: 1,000 units at 5.00 are one run. A split adds at most one run, so a
 * line has at most one run more than offers that touched it, however many units it has.
 */

export function sumOf(runs: readonly UnitRun[]): number {
  let sum = 0;
  for (const run of runs) sum += run.units * run.amountMinor;
  return sum;
}

export function unitsOf(runs: readonly UnitRun[]): number {
  let units = 0;
  for (const run of runs) units += run.units;
  return units;
}

/** The runs of `count` units from unit `from` on. */
export function slice(runs: readonly UnitRun[], from: number, count: number): readonly UnitRun[] {
  const only = runs[0];
  if (runs.length === 1 && only !== undefined) {
    return only.units === count ? runs : [{ units: count, amountMinor: only.amountMinor }];
  }
  const out: UnitRun[] = [];
  let at = 0;
  for (const run of runs) {
    const start = Math.max(at, from);
    const end = Math.min(at + run.units, from + count);
    if (end > start) out.push({ units: end - start, amountMinor: run.amountMinor });
    at += run.units;
  }
  return out;
}

/**
 * Splits an amount over units in proportion to what each still has: largest remainder, ties to the first unit, or to
 * the last when `fromEnd`. As the amount is at most the sum, no unit gets more than it has.
 */
export function share(amount: number, weights: readonly UnitRun[], fromEnd = false): UnitRun[] {
  const only = weights[0];
  if (weights.length === 1 && only !== undefined) return shareEqually(amount, only.units, fromEnd);
  const total = sumOf(weights);
  assert(amount <= total, 'units cannot give more than they have');
  const floors: number[] = [];
  const lost: number[] = [];
  let missing = amount;
  for (const run of weights) {
    const floor = total === 0 ? 0 : mulDiv(amount, run.amountMinor, total, 'down');
    floors.push(floor);
    lost.push(total === 0 ? 0 : remainder(amount, run.amountMinor, total));
    missing -= floor * run.units;
  }
  const extra = extraUnits(weights, lost, missing, fromEnd);
  const out: UnitRun[] = [];
  for (let i = 0; i < weights.length; i++) {
    const units = (weights[i] as UnitRun).units;
    pushSplit(out, units, floors[i] as number, extra[i] as number, fromEnd);
  }
  return out;
}

function shareEqually(amount: number, units: number, fromEnd: boolean): UnitRun[] {
  const rest = amount % units;
  const floor = (amount - rest) / units;
  if (rest === 0) return [{ units, amountMinor: floor }];
  const more = { units: rest, amountMinor: floor + 1 };
  const less = { units: units - rest, amountMinor: floor };
  return fromEnd ? [less, more] : [more, less];
}

/** How many units of each run get one minor unit more. */
function extraUnits(
  weights: readonly UnitRun[],
  lost: readonly number[],
  missing: number,
  fromEnd: boolean,
): number[] {
  const extra = weights.map(() => 0);
  if (missing === 0) return extra;
  const order = weights.map((_, index) => index);
  order.sort((a, b) => (lost[b] as number) - (lost[a] as number) || (fromEnd ? b - a : a - b));
  let left = missing;
  for (const index of order) {
    if (left === 0) break;
    const take = Math.min(left, (weights[index] as UnitRun).units);
    extra[index] = take;
    left -= take;
  }
  return extra;
}

function pushSplit(out: UnitRun[], units: number, floor: number, extra: number, fromEnd: boolean): void {
  if (fromEnd) {
    push(out, units - extra, floor);
    push(out, extra, floor + 1);
  } else {
    push(out, extra, floor + 1);
    push(out, units - extra, floor);
  }
}

/** Appends a run, merging equal neighbours. */
function push(out: UnitRun[], units: number, amountMinor: number): void {
  if (units === 0) return;
  const last = out[out.length - 1];
  if (last !== undefined && last.amountMinor === amountMinor) {
    out[out.length - 1] = { units: last.units + units, amountMinor };
  } else {
    out.push({ units, amountMinor });
  }
}

/** Unit by unit `a + sign × b`; both cover the same number of units. */
export function combine(a: readonly UnitRun[], b: readonly UnitRun[], sign: 1 | -1): UnitRun[] {
  const [one] = a;
  const [other] = b;
  if (a.length === 1 && b.length === 1 && one !== undefined && one.units === other?.units) {
    return [{ units: one.units, amountMinor: one.amountMinor + sign * other.amountMinor }];
  }
  const out: UnitRun[] = [];
  let i = 0;
  let j = 0;
  let usedA = 0;
  let usedB = 0;
  while (i < a.length && j < b.length) {
    const left = a[i] as UnitRun;
    const right = b[j] as UnitRun;
    const units = Math.min(left.units - usedA, right.units - usedB);
    push(out, units, left.amountMinor + sign * right.amountMinor);
    usedA += units;
    usedB += units;
    if (usedA === left.units) {
      i += 1;
      usedA = 0;
    }
    if (usedB === right.units) {
      j += 1;
      usedB = 0;
    }
  }
  assert(i === a.length && j === b.length, 'runs of different length');
  return out;
}

/** `runs` in the midst of `qty` units that get nothing. */
export function pad(runs: readonly UnitRun[], from: number, qty: number): UnitRun[] {
  const out: UnitRun[] = [];
  push(out, from, 0);
  let at = from;
  for (const run of runs) {
    push(out, run.units, run.amountMinor);
    at += run.units;
  }
  push(out, qty - at, 0);
  return out;
}
