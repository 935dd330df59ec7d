import type { Benefit, Condition, Offer, Target } from './offer.ts';
import { type PreparedSelector, SelectorPool } from './selector.ts';

/** An offer with its selectors made ready. */
export type PreparedOffer = {
  readonly offer: Offer;
  /** Position by id among all offers of the book. */
  readonly rank: number;
  /** Parallel to `offer.benefits`. */
  readonly benefits: readonly PreparedBenefit[];
  /** Parallel to `offer.conditions`. */
  readonly conditions: readonly PreparedCondition[];
  /** Some condition is judged on what offers before this one left. */
  readonly judgedLate: boolean;
  /** Some term is an amount of money, hence bound to the offer's currency. */
  readonly namesAmounts: boolean;
};

export type PreparedBenefit = {
  readonly benefit: Benefit;
  /** What it rewards. */
  readonly target: PreparedSelector;
  /** `buy_get`: what must be bought. */
  readonly buy: PreparedSelector | undefined;
};

export type PreparedCondition = { readonly condition: Condition; readonly select: PreparedSelector };

/**
 * Offers made ready to judge many baskets: build it when offers change, not for each basket. Automatic offers are
 * found by what they need, so that a thousand live ones cost nothing on a basket that holds none of their goods.
 */
export type OfferBook = {
  readonly byId: ReadonlyMap<string, PreparedOffer>;
  /** Automatic offers that need goods, under each label of which one must be in the basket. */
  readonly automaticByNeed: ReadonlyMap<string, readonly PreparedOffer[]>;
  /** Automatic offers that any goods satisfy. */
  readonly automaticAlways: readonly PreparedOffer[];
  readonly selectors: number;
};

export function prepareOffers(offers: readonly Offer[]): OfferBook {
  const pool = new SelectorPool();
  const byId = new Map<string, PreparedOffer>();
  const automaticByNeed = new Map<string, PreparedOffer[]>();
  const automaticAlways: PreparedOffer[] = [];
  const byIdOrder = [...offers].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const [rank, offer] of byIdOrder.entries()) {
    const prepared = prepareOffer(offer, rank, pool);
    byId.set(offer.id, prepared);
    if (offer.trigger !== 'automatic') continue;
    const needs = needsOf(offer);
    if (needs === undefined) automaticAlways.push(prepared);
    else for (const need of needs) listIn(automaticByNeed, need).push(prepared);
  }
  return { byId, automaticByNeed, automaticAlways, selectors: pool.size };
}

function listIn<T>(map: Map<string, T[]>, key: string): T[] {
  let list = map.get(key);
  if (list === undefined) {
    list = [];
    map.set(key, list);
  }
  return list;
}

function prepareOffer(offer: Offer, rank: number, pool: SelectorPool): PreparedOffer {
  const skipReduced = offer.skipReducedLines === true;
  return {
    offer,
    rank,
    benefits: offer.benefits.map((benefit) => ({
      benefit,
      target: pool.prepare(rewardedBy(benefit), skipReduced),
      buy: benefit.type === 'buy_get' ? pool.prepare(benefit.buy.select, skipReduced) : undefined,
    })),
    conditions: offer.conditions.map((condition) => ({
      condition,
      select: pool.prepare('select' in condition ? condition.select : undefined, false),
    })),
    judgedLate: offer.conditions.some((c) => c.type === 'min_spend' && c.measure === 'after_discounts'),
    namesAmounts: holdsAmount(offer.benefits) || holdsAmount(offer.conditions) || holdsAmount(offer.limits),
  };
}

/** Terms are plain JSON of bounded depth; amounts are the fields whose name says so, and tiers of spend. */
function holdsAmount(terms: unknown): boolean {
  if (typeof terms !== 'object' || terms === null) return false;
  return Object.entries(terms).some(
    ([name, value]) =>
      (value !== undefined && name.endsWith('Minor')) ||
      (name === 'measure' && value === 'spend') ||
      holdsAmount(value),
  );
}

function rewardedBy(benefit: Benefit) {
  switch (benefit.type) {
    case 'buy_get':
      return benefit.get.select;
    case 'bundle_price':
      return benefit.select;
    case 'free_shipping':
      return undefined;
    default:
      return selectOf(benefit.target);
  }
}

function selectOf(target: Target) {
  return target.scope === 'shipping' ? undefined : target.select;
}

/** Labels of which the basket must hold at least one, or `undefined` when the offer needs no particular goods. */
function needsOf(offer: Offer): readonly string[] | undefined {
  for (const condition of offer.conditions) {
    if (condition.type === 'has_items' || condition.type === 'min_quantity') {
      const needs = needsOfMatch(condition.select?.include);
      if (needs !== undefined) return needs;
    }
  }
  const all: string[] = [];
  for (const benefit of offer.benefits) {
    const needs = needsOfMatch(rewardedBy(benefit)?.include);
    if (needs === undefined) return undefined;
    all.push(...needs);
  }
  return all;
}

type Labels = {
  readonly skus?: readonly string[] | undefined;
  readonly brands?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly categories?: readonly string[] | undefined;
};

/** The most telling kind of label decides: a sku is in fewer baskets than a category. */
function needsOfMatch(match: Labels | undefined): readonly string[] | undefined {
  if (match?.skus !== undefined) return match.skus.map(skuKey);
  if (match?.brands !== undefined) return match.brands.map(brandKey);
  if (match?.tags !== undefined) return match.tags.map(tagKey);
  if (match?.categories !== undefined) return match.categories.map(categoryKey);
  return undefined;
}

export const skuKey = (sku: string): string => `s:${sku}`;
export const brandKey = (brand: string): string => `b:${brand}`;
export const tagKey = (tag: string): string => `t:${tag}`;
export const categoryKey = (category: string): string => `c:${category}`;

/** The time zones that judging these offers needs in `facts.wallTimes`. */
export function zonesOf(offers: Iterable<Offer>): string[] {
  const zones = new Set<string>();
  for (const offer of offers) {
    if (offer.validity.days !== undefined) zones.add(offer.validity.days.zone);
    for (const condition of offer.conditions) if (condition.type === 'hours') zones.add(condition.zone);
  }
  return [...zones].sort();
}
