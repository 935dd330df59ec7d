import type { CartLine } from '../cart.ts';
import type { BuyGetBenefit } from '../offer.ts';
import type { PreparedBenefit } from '../offer-book.ts';
import type { EngineOptions } from '../options.ts';
import { type Award, type Bought, NO_AWARD, type Span, spanFromEnd, type Work } from '../work.ts';
import type { BenefitKind } from './benefit.ts';
import { inPickOrder, percentOf, takeEach } from './take.ts';

/**
 * Buy X, get Y free or cheaper. Within one offer a unit serves once: as bought or as rewarded. The number of sets is
 * the largest for which both can be told apart (Hall's condition); within it the rewarded units follow the pick.
 */
export const buyGet: BenefitKind<BuyGetBenefit> = {
  stage: () => 'items',
  shape: () => 'pick',
  award: (benefit, prepared, work, options) => {
    const pool = poolOf(prepared, work, options);
    const chosen = benefit.get.pick === 'grouped' ? chooseGrouped(benefit, pool) : chooseBest(benefit, pool);
    if (chosen.rewarded.size === 0) return NO_AWARD;
    const spans = [...chosen.rewarded].map(([line, count]): Span => spanFromEnd(work, line, count));
    const wanted = (span: Span) => percentOf(span, benefit.percentBp, 'sequential', work, options);
    const award: Award = takeEach(spans, wanted, benefit.maxDiscountMinor, true, work, options);
    return award === NO_AWARD ? award : { ...award, bought: boughtOf(chosen) };
  },
};

/** What each line can still give, as bought, as rewarded, and as both together. */
type Pool = {
  readonly buyLines: readonly CartLine[];
  readonly getLines: readonly CartLine[];
  readonly buyable: (line: CartLine) => number;
  readonly gettable: (line: CartLine) => number;
  readonly either: (line: CartLine) => number;
};

type Chosen = { readonly bought: Map<CartLine, number>; readonly rewarded: Map<CartLine, number> };

function poolOf(prepared: PreparedBenefit, work: Work, options: EngineOptions): Pool {
  const perRole = options.unitUse === 'per_role';
  const buyLines = work.cart.select(prepared.buy ?? prepared.target);
  const getLines = work.cart.select(prepared.target);
  const inBuy = new Set(buyLines);
  const inGet = new Set(getLines);
  const free = (line: CartLine) => work.freeUnits(line);
  const buyable = (line: CartLine) =>
    inBuy.has(line) ? (perRole ? line.qty - work.boughtUnits(line) : free(line)) : 0;
  const gettable = (line: CartLine) =>
    inGet.has(line) ? (perRole ? line.qty - work.rewardedUnits(line) : free(line)) : 0;
  return { buyLines, getLines, buyable, gettable, either: (line) => Math.max(buyable(line), gettable(line)) };
}

/** The largest number of complete sets, and which units they reward. */
function chooseBest(benefit: BuyGetBenefit, pool: Pool): Chosen {
  const sets = setsIn(benefit, pool);
  const rewarded = new Map<CartLine, number>();
  let wanted = sets * benefit.get.qty;
  // Units that could also be bought may be given away only as long as enough remain to buy.
  let spare = sumOver(pool.buyLines, pool.buyable) - sets * benefit.buy.qty;
  const pick = benefit.get.pick === 'grouped' ? 'dearest' : benefit.get.pick;
  for (const line of inPickOrder(pool.getLines, pick)) {
    // Units beyond those that count as buyable cost no other set anything.
    const beyond = pool.either(line) - pool.buyable(line);
    const units = Math.min(wanted, pool.gettable(line), beyond + spare);
    if (units === 0) continue;
    rewarded.set(line, units);
    wanted -= units;
    spare -= Math.max(0, units - beyond);
  }
  const bought = new Map<CartLine, number>();
  let toBuy = sets * benefit.buy.qty;
  for (const line of inPickOrder(pool.buyLines, 'dearest')) {
    const units = Math.min(toBuy, pool.buyable(line), pool.either(line) - (rewarded.get(line) ?? 0));
    if (units <= 0) continue;
    bought.set(line, units);
    toBuy -= units;
  }
  return { bought, rewarded };
}

function setsIn(benefit: BuyGetBenefit, pool: Pool): number {
  const buyable = sumOver(pool.buyLines, pool.buyable);
  const gettable = sumOver(pool.getLines, pool.gettable);
  const union = sumOver(new Set([...pool.buyLines, ...pool.getLines]), pool.either);
  return Math.min(
    Math.floor(buyable / benefit.buy.qty),
    Math.floor(gettable / benefit.get.qty),
    Math.floor(union / (benefit.buy.qty + benefit.get.qty)),
    benefit.maxTimes ?? Number.MAX_SAFE_INTEGER,
  );
}

function sumOver(lines: Iterable<CartLine>, count: (line: CartLine) => number): number {
  let sum = 0;
  for (const line of lines) sum += count(line);
  return sum;
}

/** Set by set from the dearest unit down; each set takes at least two units, so there are fewer sets than units. */
function chooseGrouped(benefit: BuyGetBenefit, pool: Pool): Chosen {
  const bought = new Map<CartLine, number>();
  const rewarded = new Map<CartLine, number>();
  const used = (line: CartLine) => (bought.get(line) ?? 0) + (rewarded.get(line) ?? 0);
  const room = (line: CartLine, taken: Map<CartLine, number>, limit: number) =>
    Math.min(limit - (taken.get(line) ?? 0), pool.either(line) - used(line));
  const buying = new Walk(inPickOrder(pool.buyLines, 'dearest'), (line) =>
    room(line, bought, pool.buyable(line)),
  );
  const getting = new Walk(inPickOrder(pool.getLines, 'dearest'), (line) =>
    room(line, rewarded, pool.gettable(line)),
  );
  const maxTimes = benefit.maxTimes ?? Number.MAX_SAFE_INTEGER;
  for (let times = 0; times < maxTimes; times++) {
    const buys = buying.take(benefit.buy.qty, bought);
    if (buys === undefined) break;
    if (getting.take(benefit.get.qty, rewarded) !== undefined) continue;
    // No complete set: what it had reserved to buy goes back.
    for (const { line, count } of buys) bought.set(line, (bought.get(line) ?? 0) - count);
    break;
  }
  return { bought, rewarded };
}

/** Takes units line by line and never looks back at a line that has none left. */
class Walk {
  readonly #lines: readonly CartLine[];
  readonly #room: (line: CartLine) => number;
  #at = 0;

  constructor(lines: readonly CartLine[], room: (line: CartLine) => number) {
    this.#lines = lines;
    this.#room = room;
  }

  /** Takes exactly `count` units into `taken`, or none at all. */
  take(count: number, taken: Map<CartLine, number>): Bought[] | undefined {
    const parts: Bought[] = [];
    let left = count;
    let at = this.#at;
    for (; at < this.#lines.length && left > 0; at++) {
      const line = this.#lines[at] as CartLine;
      const units = Math.min(left, this.#room(line));
      if (units > 0) parts.push({ line, count: units });
      left -= units;
      if (left === 0) break;
    }
    if (left > 0) return undefined;
    this.#at = at;
    for (const part of parts) taken.set(part.line, (taken.get(part.line) ?? 0) + part.count);
    return parts;
  }
}

function boughtOf(chosen: Chosen): Bought[] {
  return [...chosen.bought].filter(([, count]) => count > 0).map(([line, count]) => ({ line, count }));
}
