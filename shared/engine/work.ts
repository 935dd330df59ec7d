import { assert } from '../kernel/assert.ts';
import type { Cart, CartLine } from './cart.ts';
import type { UnitRun } from './types.ts';
import { combine, pad, share, slice, sumOf } from './unit-runs.ts';

/** Part of a line that a benefit touches: `count` units from unit `from` on. */
export type Span = { readonly line: CartLine; readonly from: number; readonly count: number };

/** What a benefit takes off a span. Benefits only answer these; `commit` alone changes the state. */
export type Taking = {
  readonly span: Span;
  readonly amountMinor: number;
  readonly marks?: boolean | undefined;
};
export type ShippingTaking = { readonly index: number; readonly amountMinor: number };

export type Award = { readonly takings: readonly Taking[]; readonly shipping: readonly ShippingTaking[] };
export const NO_AWARD: Award = { takings: [], shipping: [] };

/** What is still to pay, unit by unit, while a combination of offers is applied. */
export class Work {
  readonly cart: Cart;
  #runs: (readonly UnitRun[])[];
  #left: number[];
  /** Units at the end of each line that a picking offer has rewarded: they serve no second one. */
  #taken: number[];
  shippingLeft: number[];

  constructor(cart: Cart) {
    this.cart = cart;
    this.#runs = cart.lines.map((line) => line.fullRuns);
    this.#left = cart.lines.map((line) => line.subtotalMinor);
    this.#taken = cart.lines.map(() => 0);
    this.shippingLeft = (cart.basket.shipping ?? []).map((shipping) => shipping.amountMinor);
  }

  copy(): Work {
    const copy = new Work(this.cart);
    copy.#runs = [...this.#runs];
    copy.#left = [...this.#left];
    copy.#taken = [...this.#taken];
    copy.shippingLeft = [...this.shippingLeft];
    return copy;
  }

  lineLeft(line: CartLine): number {
    return this.#left[line.index] as number;
  }

  linesLeft(lines: readonly CartLine[]): number {
    let sum = 0;
    for (const line of lines) sum += this.#left[line.index] as number;
    return sum;
  }

  /** Units of the line that no picking offer has rewarded. */
  freeUnits(line: CartLine): number {
    return line.qty - (this.#taken[line.index] as number);
  }

  runsLeft(span: Span): readonly UnitRun[] {
    return slice(this.#runs[span.line.index] as readonly UnitRun[], span.from, span.count);
  }

  spanLeft(span: Span): number {
    if (span.count === span.line.qty) return this.#left[span.line.index] as number;
    return sumOf(this.runsLeft(span));
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
  mark(line: CartLine, count: number): void {
    const taken = (this.#taken[line.index] as number) + count;
    assert(taken <= line.qty, 'more units rewarded than there are');
    this.#taken[line.index] = taken;
  }
}

/** `count` units of the line from its end, before those that an earlier picking offer rewarded. */
export function spanFromEnd(work: Work, line: CartLine, count: number): Span {
  return { line, from: work.freeUnits(line) - count, count };
}

export function wholeLine(line: CartLine): Span {
  return { line, from: 0, count: line.qty };
}
