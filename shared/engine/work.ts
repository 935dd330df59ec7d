import { assert } from '../kernel/assert.ts';
import { mulDiv, type RoundingMode } from '../kernel/rounding.ts';
import type { Cart, CartLine } from './cart.ts';
import type { UnitRun } from './types.ts';
import { combine, pad, share, slice, sumOf } from './unit-runs.ts';

const FULL_PPM = 1_000_000;

/** Part of a line that a benefit touches: `count` units from unit `from` on. */
export type Span = { readonly line: CartLine; readonly from: number; readonly count: number };

/** What a benefit takes off a span. Benefits only answer these; `commit` alone changes the state. */
export type Taking = {
  readonly span: Span;
  readonly amountMinor: number;
  readonly marks?: boolean | undefined;
};
export type ShippingTaking = { readonly index: number; readonly amountMinor: number };

export type Bought = { readonly line: CartLine; readonly count: number };

export type Award = {
  readonly takings: readonly Taking[];
  readonly shipping: readonly ShippingTaking[];
  /** Units that had to be bought for this award. */
  readonly bought?: readonly Bought[] | undefined;
};
export const NO_AWARD: Award = { takings: [], shipping: [] };

/** What is still to pay, unit by unit, while a combination of offers is applied. */
export class Work {
  readonly cart: Cart;
  readonly #runs: (readonly UnitRun[])[];
  readonly #left: number[];
  /** Units at the end of each line that a picking offer has rewarded: none is rewarded twice. */
  readonly #rewarded: number[];
  /** Units of each line that were bought for a reward: none is bought for two. */
  readonly #bought: number[];
  readonly shippingLeft: number[];

  /** At full prices, or where `from` stands. */
  constructor(cart: Cart, from?: Work) {
    this.cart = cart;
    this.#runs = from === undefined ? cart.lines.map((line) => line.fullRuns) : from.#runs.slice();
    this.#left = from === undefined ? cart.lines.map((line) => line.subtotalMinor) : from.#left.slice();
    this.#rewarded = from === undefined ? cart.lines.map(() => 0) : from.#rewarded.slice();
    this.#bought = from === undefined ? cart.lines.map(() => 0) : from.#bought.slice();
    this.shippingLeft =
      from === undefined
        ? (cart.basket.shipping ?? []).map((shipping) => shipping.amountMinor)
        : from.shippingLeft.slice();
  }

  copy(): Work {
    return new Work(this.cart, this);
  }

  lineLeft(line: CartLine): number {
    return this.#left[line.index] as number;
  }

  linesLeft(lines: readonly CartLine[]): number {
    let sum = 0;
    for (const line of lines) sum += this.#left[line.index] as number;
    return sum;
  }

  rewardedUnits(line: CartLine): number {
    return this.#rewarded[line.index] as number;
  }

  boughtUnits(line: CartLine): number {
    return this.#bought[line.index] as number;
  }

  /** Units of the line that no picking offer has rewarded, nor counted as bought. */
  freeUnits(line: CartLine): number {
    return line.qty - (this.#rewarded[line.index] as number) - (this.#bought[line.index] as number);
  }

  runsLeft(span: Span): readonly UnitRun[] {
    return slice(this.#runs[span.line.index] as readonly UnitRun[], span.from, span.count);
  }

  spanLeft(span: Span): number {
    if (span.count === span.line.qty) return this.#left[span.line.index] as number;
    return sumOf(this.runsLeft(span));
  }

  /** What the span still costs with its tax. */
  costOf(span: Span, rounding: RoundingMode): number {
    const left = this.spanLeft(span);
    const ratePpm = span.line.line.taxRatePpm ?? 0;
    if (ratePpm === 0 || this.cart.basket.taxMode === 'inclusive') return left;
    return mulDiv(left, FULL_PPM + ratePpm, FULL_PPM, rounding);
  }

  /** How much the span can still give without a unit going below its floor. */
  capacity(span: Span): number {
    const floor = span.line.floorMinor;
    if (floor === 0) return this.spanLeft(span);
    let sum = 0;
    for (const run of this.runsLeft(span)) sum += run.units * Math.max(0, run.amountMinor - floor);
    return sum;
  }

  /** Takes the amount off the span's units and answers the share of every unit of the line. */
  commit(taking: Taking, fromEnd: boolean): UnitRun[] {
    const { span, amountMinor } = taking;
    const { line } = span;
    const weights = this.runsLeft(span);
    const usable =
      line.floorMinor === 0
        ? weights
        : weights.map((run) => ({
            units: run.units,
            amountMinor: Math.max(0, run.amountMinor - line.floorMinor),
          }));
    const part = share(amountMinor, usable, fromEnd);
    const whole = span.count === line.qty ? part : pad(part, span.from, line.qty);
    this.#runs[line.index] = combine(this.#runs[line.index] as readonly UnitRun[], whole, -1);
    this.#left[line.index] = (this.#left[line.index] as number) - amountMinor;
    return whole;
  }

  /** Marks `count` more units at the end of the line as rewarded. */
  markRewarded(line: CartLine, count: number): void {
    const rewarded = (this.#rewarded[line.index] as number) + count;
    assert(rewarded <= line.qty, 'more units rewarded than there are');
    this.#rewarded[line.index] = rewarded;
  }

  markBought(line: CartLine, count: number): void {
    const bought = (this.#bought[line.index] as number) + count;
    assert(bought <= line.qty, 'more units bought than there are');
    this.#bought[line.index] = bought;
  }
}

/** `count` units of the line from its end, before those that an earlier picking offer rewarded. */
export function spanFromEnd(work: Work, line: CartLine, count: number): Span {
  return { line, from: line.qty - work.rewardedUnits(line) - count, count };
}

export function wholeLine(line: CartLine): Span {
  return { line, from: 0, count: line.qty };
}
