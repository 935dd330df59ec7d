import type { Condition, Offer, OfferUses, Stacking } from '../../shared/engine/types.ts';
import { type Fields, type Profile, Untranslatable } from './case-file.ts';
import { fraction, object, objects, optionalWhole, text, texts, whole } from './read.ts';
import { translateEffect } from './translate-effect.ts';
import { laneOf } from './translate-options.ts';
import type { ComputedRule } from './translate-rules.ts';

export type TranslatedOffer = {
  readonly offer: Offer;
  readonly promotionId: string;
  readonly code: string | undefined;
  readonly usesBefore: OfferUses;
  readonly computedRules: readonly ComputedRule[];
};

/** An instant before the one at which cases are judged. */
const LONG_AGO = 1_000_000_000_000;
/** Positions become ids, so that offers of equal priority keep the order in which the case gives them. */
const POSITION_DIGITS = 5;

export function translatePromotion(
  promotion: Fields,
  index: number,
  profile: Profile,
  currency: string,
  _lines: readonly Fields[],
  shipping: readonly Fields[],
): TranslatedOffer {
  const promotionId = String(promotion.id);
  const trigger = String(promotion.trigger ?? 'automatic');
  const given =
    promotion.effects === undefined
      ? [object(promotion.effect, 'effect')]
      : objects(promotion.effects, 'effects');
  const effects = given.filter((effect) => hasAmountIn(effect, currency));
  const translated = effects.map((effect, i) =>
    translateEffect(effect, `rule.${index}.${i}`, profile, currency, shipping),
  );
  const status = String(promotion.status ?? 'active');
  const ended = status === 'expired' || effects.length === 0;
  const budget = promotion.budget === undefined ? undefined : object(promotion.budget, 'budget');
  const amountCurrency = effects
    .map((effect) => text(effect.amount_currency))
    .find((found) => found !== undefined);
  const offer: Offer = {
    id: String(index).padStart(POSITION_DIGITS, '0'),
    version: 1,
    name: promotionId,
    status: status === 'active' || status === 'expired' ? 'active' : 'paused',
    currency: amountCurrency === undefined ? currency : amountCurrency.toUpperCase(),
    trigger: trigger === 'code' ? 'code' : 'automatic',
    benefits: translated.map(({ benefit }) => benefit),
    conditions: conditionsOf(promotion, profile),
    validity: ended ? { endsAt: LONG_AGO } : {},
    limits: budget === undefined ? {} : limitsOf(budget),
    stacking: stackingOf(promotion, trigger, effects, profile),
    fundedBy: { type: 'merchant' },
    taxTreatment: 'before_tax',
    refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'full_return' },
    offlinePolicy: { type: 'strict' },
    skipReducedLines: promotion.applies_to_discounted === false,
  };
  return {
    offer,
    promotionId,
    code: text(promotion.code),
    usesBefore: usesOf(budget),
    computedRules: translated.flatMap(({ computed }) => computed),
  };
}

function hasAmountIn(effect: Fields, currency: string): boolean {
  const amounts = effect.amount_by_currency;
  return amounts === undefined || object(amounts, 'amount_by_currency')[currency] !== undefined;
}

function limitsOf(budget: Fields): Offer['limits'] {
  const limit = whole(budget.limit, 'budget limit');
  switch (budget.type) {
    case 'spend':
      return { budgetMinor: limit };
    case 'usage':
      return { total: limit };
    case 'use_by_attribute':
      return { perCustomer: limit };
    default:
      throw new Untranslatable(`no budget counts ${String(budget.type)}`);
  }
}

function usesOf(budget: Fields | undefined): OfferUses {
  if (budget === undefined) return {};
  const used = optionalWhole(budget.used, 'budget used') ?? 0;
  return budget.type === 'spend' ? { spentMinor: used } : { total: used };
}

function conditionsOf(promotion: Fields, profile: Profile): Condition[] {
  const conditions: Condition[] = [];
  for (const rule of objects(promotion.when, 'when')) {
    if (rule.op !== 'in' && rule.op !== 'eq') throw new Untranslatable(`a condition by ${String(rule.op)}`);
    conditions.push({
      type: 'attribute',
      attribute: String(rule.attr),
      values: texts(rule.values, 'values'),
    });
  }
  const measure = profile.base === 'sequential' ? 'after_discounts' : 'before_discounts';
  const minSubtotal = optionalWhole(promotion.min_subtotal, 'min_subtotal');
  if (minSubtotal !== undefined && minSubtotal > 0)
    conditions.push({ type: 'min_spend', amountMinor: minSubtotal, measure });
  const minDiscounted = optionalWhole(promotion.min_discounted_subtotal, 'min_discounted_subtotal');
  if (minDiscounted !== undefined) {
    conditions.push({ type: 'min_spend', amountMinor: minDiscounted, measure: 'after_discounts' });
  }
  const maxSubtotal = optionalWhole(promotion.max_subtotal, 'max_subtotal');
  if (maxSubtotal !== undefined) conditions.push({ type: 'max_spend', amountMinor: maxSubtotal });
  const minQty = optionalWhole(promotion.min_qty, 'min_qty');
  if (minQty !== undefined && minQty > 0) conditions.push({ type: 'min_quantity', qty: minQty });
  const minLineQty = optionalWhole(promotion.min_line_qty, 'min_line_qty');
  if (minLineQty !== undefined) conditions.push({ type: 'min_quantity', qty: minLineQty, onOneLine: true });
  const anyLine = texts(promotion.requires_any_line, 'requires_any_line');
  if (anyLine.length > 0) conditions.push({ type: 'has_items', select: { include: { skus: anyLine } } });
  const anyTaxon = texts(promotion.requires_any_taxon, 'requires_any_taxon');
  if (anyTaxon.length > 0)
    conditions.push({ type: 'has_items', select: { include: { categories: anyTaxon } } });
  if (promotion.min_taxon_subtotal !== undefined) {
    const wanted = object(promotion.min_taxon_subtotal, 'min_taxon_subtotal');
    conditions.push({
      type: 'min_spend',
      amountMinor: whole(wanted.amount, 'amount'),
      select: { include: { categories: [String(wanted.taxon)] } },
      measure,
    });
  }
  const nth = optionalWhole(promotion.nth_order, 'nth_order');
  if (nth !== undefined) conditions.push({ type: 'nth_purchase', n: nth });
  return conditions;
}

function stackingOf(
  promotion: Fields,
  trigger: string,
  effects: readonly Fields[],
  profile: Profile,
): Stacking {
  const onOrder = effects.some((effect) => effect.target === 'order');
  const rival = profile.combine === 'best_order_wide' && onOrder;
  return {
    mode: promotion.exclusive === true ? 'exclusive' : rival ? 'group' : 'stackable',
    group: rival ? 'order_wide' : undefined,
    priority: priorityOf(promotion, effects, profile),
    lane: laneOf(profile.combine, trigger, onOrder, text(promotion.lane)),
  };
}

/** Steps of an order such as `buy_get_then_value_desc`: what comes first counts most. */
const STEP_WEIGHT = 1_000_000_000;
const MAX_STEPS = 4;

/**
 * The order of a source as a priority. A step names what goes first (`buy_get`, `items`, `percent`, `fixed` …), or
 * the worth of the promotion; `given` and unknown words leave the order of the case.
 */
function priorityOf(promotion: Fields, effects: readonly Fields[], profile: Profile): number {
  const priority = optionalWhole(promotion.priority, 'priority') ?? 0;
  const steps = (profile.order ?? '').split('_then_').slice(0, MAX_STEPS);
  const named = steps.findIndex((step) =>
    effects.some((effect) => effect.type === step || effect.target === step),
  );
  const rank = named < 0 ? 0 : (steps.length - named) * STEP_WEIGHT;
  if (!steps.includes('value_desc')) return rank + priority;
  return rank + (named < 0 ? Math.max(0, ...effects.map(worthOf)) : 0);
}

function worthOf(effect: Fields): number {
  const { numerator, denominator } = fraction(effect.percent ?? effect.amount ?? 0, 'value');
  return Number((numerator * 100n) / denominator);
}
