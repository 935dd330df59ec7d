import { assert } from '../kernel/assert.ts';
import { awardOf, stageOfBenefit } from './benefits/registry.ts';
import { cutTo } from './benefits/take.ts';
import type { Cart } from './cart.ts';
import { fails, type Verdict } from './conditions/condition.ts';
import { type Candidate, judgeLate } from './eligibility.ts';
import type { EngineOptions } from './options.ts';
import { type AfterTax, payableOf } from './totals.ts';
import type { Facts, UnitRun } from './types.ts';
import { combine } from './unit-runs.ts';
import type { Award, ShippingTaking, Taking, Work } from './work.ts';

/** What one offer took, merged over its benefits. */
export type Taken = {
  readonly candidate: Candidate;
  amountMinor: number;
  /** By line index. */
  readonly lines: Map<number, { amountMinor: number; units: readonly UnitRun[] }>;
  readonly shipping: Map<number, number>;
};

/** A combination applied to the basket. With `stopped`, one of its offers does not go with the others. */
export type Applied = {
  readonly work: Work;
  readonly taken: readonly Taken[];
  /** What left the taxable price as it was, and the part of it that manufacturers pay. */
  readonly afterTax: AfterTax;
  readonly tender: AfterTax;
  readonly payableMinor: number;
  readonly stopped?: { readonly candidate: Candidate; readonly verdict: Verdict } | undefined;
};

/** What combinations are tried on. */
export type Scene = {
  readonly cart: Cart;
  readonly fullPrices: Work;
  /** What earlier lanes settled. */
  readonly from: Applied | undefined;
  readonly facts: Facts;
  readonly options: EngineOptions;
};

/** One benefit of one candidate, in its turn. */
export type Turn = { readonly candidate: Candidate; readonly benefit: number; readonly rank: number };

const STAGE_RANK = { items: 0, order: 1, shipping: 2 } as const;
/** What does not lower the taxable price comes after everything that does. */
const AFTER_TAX_RANK = 3;

export function leavesTaxAlone(candidate: Candidate): boolean {
  const { offer } = candidate.prepared;
  return offer.taxTreatment === 'after_tax' || offer.fundedBy.type === 'manufacturer';
}

/** By priority, then id: the order that settles ties everywhere. Two codes of one offer go by their coupon's id. */
export function byPriority(a: Candidate, b: Candidate): number {
  const one = a.prepared.offer;
  const other = b.prepared.offer;
  return (
    other.stacking.priority - one.stacking.priority ||
    compareText(one.id, other.id) ||
    compareText(a.coupon?.couponId ?? '', b.coupon?.couponId ?? '')
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All benefits of all candidates in the order in which they take their turn. */
export function turnsOf(candidates: readonly Candidate[], options: EngineOptions): Turn[] {
  const turns: Turn[] = [];
  for (const candidate of candidates) {
    candidate.prepared.benefits.forEach(({ benefit }, index) => {
      const rank = STAGE_RANK[stageOfBenefit(benefit)] + (leavesTaxAlone(candidate) ? AFTER_TAX_RANK : 0);
      turns.push({ candidate, benefit: index, rank: options.order === 'staged' ? rank : 0 });
    });
  }
  const compare = options.order === 'given' ? (a: Candidate, b: Candidate) => a.given - b.given : byPriority;
  return turns.sort((a, b) => a.rank - b.rank || compare(a.candidate, b.candidate) || a.benefit - b.benefit);
}

/**
 * Applies turns one after another on a copy of `from`. An offer whose late condition fails, or whose discount is more
 * than its budget holds, stops the combination: the caller tries it without.
 */
export function apply(turns: readonly Turn[], scene: Scene): Applied {
  const application = new Application(scene);
  for (const { candidate, benefit } of turns) {
    if (candidate.prepared.judgedLate && !application.has(candidate)) {
      const verdict = judgeLate(candidate, scene.cart, scene.facts, application.work);
      if (verdict !== undefined) return application.stop(candidate, verdict);
    }
    const prepared = candidate.prepared.benefits[benefit];
    assert(prepared !== undefined, 'a turn names a benefit of its candidate');
    const verdict = application.take(candidate, awardOf(prepared, application.work, scene.options));
    if (verdict !== undefined) return application.stop(candidate, verdict);
  }
  return application.done();
}

/** The running state of one combination. */
export class Application {
  readonly work: Work;
  readonly #scene: Scene;
  readonly #afterTax: { lines: number[]; shipping: number[] };
  readonly #tender: { lines: number[]; shipping: number[] };
  readonly #taken = new Map<Candidate, Taken>();
  readonly #spentByCampaign = new Map<string, number>();

  constructor(scene: Scene) {
    this.#scene = scene;
    this.work = (scene.from?.work ?? scene.fullPrices).copy();
    this.#afterTax = this.#zerosOr(scene.from?.afterTax);
    this.#tender = this.#zerosOr(scene.from?.tender);
  }

  has(candidate: Candidate): boolean {
    return this.#taken.has(candidate);
  }

  /** Takes an award within the offer's budget, or answers why not. */
  take(candidate: Candidate, award: Award): Verdict | undefined {
    let entry = this.#taken.get(candidate);
    if (entry === undefined) {
      entry = { candidate, amountMinor: 0, lines: new Map(), shipping: new Map() };
      this.#taken.set(candidate, entry);
    }
    const granted = withinBudget(award, entry, this.#spentByCampaign, this.#scene.options);
    if ('check' in granted) return granted;
    const { offer } = candidate.prepared;
    const booked: { lines: number[]; shipping: number[] }[] = [];
    if (leavesTaxAlone(candidate)) booked.push(this.#afterTax);
    if (offer.fundedBy.type === 'manufacturer') booked.push(this.#tender);
    for (const taking of granted.takings) this.#takeGoods(taking, entry, booked);
    for (const shipping of granted.shipping) this.#takeShipping(shipping, entry, booked);
    for (const { line, count } of granted.bought ?? []) this.work.markBought(line, count);
    return undefined;
  }

  #takeGoods(taking: Taking, entry: Taken, booked: readonly { lines: number[] }[]): void {
    const { line, count } = taking.span;
    if (taking.marks === true) this.work.markRewarded(line, count);
    if (taking.amountMinor === 0) return;
    const units = this.work.commit(taking, this.#scene.options.remainder === 'last');
    const before = entry.lines.get(line.index);
    entry.lines.set(line.index, {
      amountMinor: taking.amountMinor + (before?.amountMinor ?? 0),
      units: before === undefined ? units : combine(before.units, units, 1),
    });
    entry.amountMinor += taking.amountMinor;
    for (const book of booked)
      book.lines[line.index] = (book.lines[line.index] as number) + taking.amountMinor;
  }

  #takeShipping(taking: ShippingTaking, entry: Taken, booked: readonly { shipping: number[] }[]): void {
    const { index, amountMinor } = taking;
    if (amountMinor === 0) return;
    this.work.shippingLeft[index] = (this.work.shippingLeft[index] as number) - amountMinor;
    entry.shipping.set(index, amountMinor + (entry.shipping.get(index) ?? 0));
    entry.amountMinor += amountMinor;
    for (const book of booked) book.shipping[index] = (book.shipping[index] as number) + amountMinor;
  }

  stop(candidate: Candidate, verdict: Verdict): Applied {
    return { ...this.#state(), payableMinor: Number.MAX_SAFE_INTEGER, stopped: { candidate, verdict } };
  }

  done(): Applied {
    const { cart, options } = this.#scene;
    return { ...this.#state(), payableMinor: payableOf(cart, this.work, this.#afterTax, options) };
  }

  #state() {
    return {
      work: this.work,
      taken: [...(this.#scene.from?.taken ?? []), ...this.#taken.values()],
      afterTax: this.#afterTax,
      tender: this.#tender,
    };
  }

  #zerosOr(like: AfterTax | undefined): { lines: number[]; shipping: number[] } {
    return {
      lines: like === undefined ? this.#scene.cart.lines.map(() => 0) : [...like.lines],
      shipping: like === undefined ? this.work.shippingLeft.map(() => 0) : [...like.shipping],
    };
  }
}

function totalOf(award: Award): number {
  let sum = 0;
  for (const taking of award.takings) sum += taking.amountMinor;
  for (const entry of award.shipping) sum += entry.amountMinor;
  return sum;
}

function withinBudget(
  award: Award,
  entry: Taken,
  spentByCampaign: Map<string, number>,
  options: EngineOptions,
): Award | Verdict {
  const { prepared, budgetLeftMinor, campaignLeftMinor } = entry.candidate;
  const campaignId = prepared.offer.campaignId;
  const spent = campaignId === undefined ? 0 : (spentByCampaign.get(campaignId) ?? 0);
  const leftMinor = Math.min(budgetLeftMinor - entry.amountMinor, campaignLeftMinor - spent);
  const wantedMinor = totalOf(award);
  let granted = award;
  if (wantedMinor > leftMinor) {
    if (prepared.offer.limits.budgetPartial !== true || leftMinor <= 0) {
      return fails('budget', 'budget_exhausted', 'none', { leftMinor: Math.max(0, leftMinor), wantedMinor });
    }
    granted = cutAward(award, leftMinor, options);
  }
  if (campaignId !== undefined) spentByCampaign.set(campaignId, spent + Math.min(wantedMinor, leftMinor));
  return granted;
}

/** Goods first: what is cut is the free delivery. */
function cutAward(award: Award, maxMinor: number, options: EngineOptions): Award {
  if (award.takings.length > 0)
    return { ...award, takings: cutTo(award.takings, maxMinor, options), shipping: [] };
  let left = maxMinor;
  const shipping = award.shipping.map((entry) => {
    const amountMinor = Math.min(left, entry.amountMinor);
    left -= amountMinor;
    return { ...entry, amountMinor };
  });
  return { ...award, shipping };
}
