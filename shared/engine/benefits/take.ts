import { allocate, allocateCapped } from '../../kernel/allocation.ts';
import { mulDiv } from '../../kernel/rounding.ts';
import type { CartLine } from '../cart.ts';
import type { Base, UnitPick } from '../offer.ts';
import type { EngineOptions } from '../options.ts';
import { type Award, NO_AWARD, type Span, spanFromEnd, type Taking, type Work, wholeLine } from '../work.ts';

export const FULL_BP = 10_000;

/** The units of the matching lines that an items target means: all of them, or those that it picks. */
export function spansOf(
  lines: readonly CartLine[],
  units: UnitPick | undefined,
  work: Work,
): readonly Span[] {
  if (units === undefined) return lines.map(wholeLine);
  const whole = units.groupsOf ?? 1;
  const allowed = (free: number) => {
    const count = Math.min(free, units.maxUnits);
    return count - (count % whole);
  };
  const ordered = inPickOrder(lines, units.pick);
  if (units.perLine === true) return cutSpans(ordered, work, (free) => allowed(free));
  let free = 0;
  for (const line of lines) free += work.freeUnits(line);
  let left = allowed(free);
  return cutSpans(ordered, work, (ofLine) => {
    const count = Math.min(ofLine, left);
    left -= count;
    return count;
  });
}

function cutSpans(lines: readonly CartLine[], work: Work, countOf: (free: number) => number): Span[] {
  const spans: Span[] = [];
  for (const line of lines) {
    const count = countOf(work.freeUnits(line));
    if (count > 0) spans.push(spanFromEnd(work, line, count));
  }
  return spans;
}

/**
 * By undiscounted unit price, so that the choice does not depend on what other offers took. Ties go in line order for
 * the cheapest; the dearest are the exact reverse.
 */
export function inPickOrder(lines: readonly CartLine[], pick: UnitPick['pick']): readonly CartLine[] {
  if (pick === 'first') return lines;
  const cheapest = [...lines].sort((a, b) => a.unitPriceMinor - b.unitPriceMinor || a.index - b.index);
  return pick === 'cheapest' ? cheapest : cheapest.reverse();
}

/** What a percentage of the span is worth, rounded where the options say. Not limited by what is left. */
export function percentOf(
  span: Span,
  percentBp: number,
  base: Base,
  work: Work,
  options: EngineOptions,
): number {
  const { rounding, roundAt } = options;
  if (roundAt === 'line') {
    const from = base === 'original' ? span.line.unitPriceMinor * span.count : work.spanLeft(span);
    return mulDiv(from, percentBp, FULL_BP, rounding);
  }
  if (base === 'original') return span.count * percentOfUnit(span.line.unitPriceMinor, percentBp, options);
  let sum = 0;
  for (const run of work.runsLeft(span))
    sum += run.units * percentOfUnit(run.amountMinor, percentBp, options);
  return sum;
}

function percentOfUnit(unitMinor: number, percentBp: number, options: EngineOptions): number {
  if (options.roundAt === 'unit') return mulDiv(unitMinor, percentBp, FULL_BP, options.rounding);
  return unitMinor - mulDiv(unitMinor, FULL_BP - percentBp, FULL_BP, options.rounding);
}

/** Takes a wanted amount off each span by itself, as far as it can give it, and caps the sum. */
export function takeEach(
  spans: readonly Span[],
  wanted: (span: Span) => number,
  maxMinor: number | undefined,
  picks: boolean,
  work: Work,
  options: EngineOptions,
): Award {
  const takings: Taking[] = [];
  let sum = 0;
  for (const span of spans) {
    const amountMinor = Math.min(wanted(span), work.capacity(span));
    if (amountMinor <= 0 && !picks) continue;
    takings.push({ span, amountMinor: Math.max(0, amountMinor), marks: picks });
    sum += Math.max(0, amountMinor);
  }
  if (sum === 0) return NO_AWARD;
  if (maxMinor === undefined || sum <= maxMinor) return { takings, shipping: [] };
  return { takings: cutTo(takings, maxMinor, options), shipping: [] };
}

/** The cap applies to the sum and is then allocated. */
export function cutTo(takings: readonly Taking[], maxMinor: number, options: EngineOptions): Taking[] {
  const parts = allocateByRule(
    maxMinor,
    takings.map((taking) => taking.amountMinor),
    options,
  );
  return takings.map((taking, i) => ({ ...taking, amountMinor: parts[i] as number }));
}

function allocateByRule(amount: number, weights: readonly number[], options: EngineOptions): number[] {
  // A cap is at most the sum of its weights; largest remainder then gives no part more than its weight.
  return options.remainder === 'last'
    ? allocate(amount, weights)
    : allocate(amount, weights, options.remainder);
}

/**
 * Takes one amount off all spans together, none below its floor: in proportion to what each costs the customer, its
 * tax included, so that the shares are the same whether prices are written with or without tax.
 */
export function takeAcross(
  spans: readonly Span[],
  wanted: number,
  maxMinor: number | undefined,
  picks: boolean,
  work: Work,
  options: EngineOptions,
): Award {
  const caps = spans.map((span) => work.capacity(span));
  let room = 0;
  for (const cap of caps) room += cap;
  const amount = Math.min(wanted, room, maxMinor ?? wanted);
  if (amount <= 0) return NO_AWARD;
  const weights = spans.map((span) => work.costOf(span, options.rounding));
  const parts = allocateCapped(amount, weights, caps, options.remainder, options.shareRounding);
  const takings = spans.map((span, i): Taking => ({ span, amountMinor: parts[i] as number, marks: picks }));
  return { takings, shipping: [] };
}

/** Takes off the shipping lines with these methods. */
export function takeShipping(
  methods: readonly string[] | undefined,
  wanted: (leftMinor: number, fullMinor: number) => number,
  maxMinor: number | undefined,
  work: Work,
): Award {
  const shipping: { index: number; amountMinor: number }[] = [];
  let sum = 0;
  (work.cart.basket.shipping ?? []).forEach((line, index) => {
    if (methods !== undefined && !methods.includes(line.method ?? '')) return;
    const left = work.shippingLeft[index] as number;
    const amountMinor = Math.min(left, wanted(left, line.amountMinor));
    if (amountMinor <= 0) return;
    shipping.push({ index, amountMinor });
    sum += amountMinor;
  });
  if (maxMinor !== undefined && sum > maxMinor) {
    const parts = allocate(
      maxMinor,
      shipping.map((entry) => entry.amountMinor),
    );
    return {
      takings: [],
      shipping: shipping.map((entry, i) => ({ ...entry, amountMinor: parts[i] as number })),
    };
  }
  return { takings: [], shipping };
}

/** One amount over the shipping lines with these methods, in proportion to what each still costs. */
export function takeAcrossShipping(
  methods: readonly string[] | undefined,
  wanted: number,
  maxMinor: number | undefined,
  work: Work,
): Award {
  const all = takeShipping(methods, (left) => left, undefined, work).shipping;
  let room = 0;
  for (const entry of all) room += entry.amountMinor;
  const amount = Math.min(wanted, room, maxMinor ?? wanted);
  if (amount <= 0) return NO_AWARD;
  const parts = allocate(
    amount,
    all.map((entry) => entry.amountMinor),
  );
  return {
    takings: [],
    shipping: all.map((entry, i) => ({ index: entry.index, amountMinor: parts[i] as number })),
  };
}
