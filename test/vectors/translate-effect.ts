import type { Base, Benefit, Selector, Target, UnitPick } from '../../shared/engine/types.ts';
import { type Fields, type Profile, Untranslatable } from './case-file.ts';
import { basisPoints, count, object, objects, optionalCount, optionalWhole, text, whole } from './read.ts';
import { type ComputedRule, ruleHolds, translateRules } from './translate-rules.ts';

export type TranslatedEffect = { readonly benefit: Benefit; readonly computed: readonly ComputedRule[] };

const FULL_PERCENT_BP = 10_000;

export function translateEffect(
  effect: Fields,
  tagPrefix: string,
  profile: Profile,
  currency: string,
  shipping: readonly Fields[],
): TranslatedEffect {
  const rules = objects(effect.target_rules, 'target_rules');
  const scope = String(effect.target ?? (effect.type === 'free_shipping' ? 'shipping' : 'items'));
  if (scope === 'shipping') {
    const methods = shipping
      .filter((line) => rules.every((rule) => ruleHolds(rule, line)))
      .map((line) => String(line.id));
    const all = rules.length === 0 ? undefined : methods.length === 0 ? ['no such method'] : methods;
    return { benefit: onShipping(effect, all, profile, currency), computed: [] };
  }
  const { include, computed } = translateRules(rules, tagPrefix);
  const select: Selector | undefined = include === undefined ? undefined : { include };
  if (effect.type === 'buy_get') {
    const buy = translateRules(objects(effect.buy_rules, 'buy_rules'), `${tagPrefix}.buy`);
    return {
      benefit: buyGet(effect, select, buy.include, profile),
      computed: [...computed, ...buy.computed],
    };
  }
  return { benefit: onGoods(effect, scope, select, profile, currency), computed };
}

function baseOf(profile: Profile): Base {
  return profile.base === 'original' ? 'original' : 'sequential';
}

function percentBp(effect: Fields): number {
  return Math.min(FULL_PERCENT_BP, basisPoints(effect.percent, 'percent'));
}

function amountOf(effect: Fields, currency: string): number {
  const amounts = effect.amount_by_currency;
  if (amounts !== undefined) return whole(object(amounts, 'amount_by_currency')[currency], 'amount');
  return whole(effect.amount, 'amount');
}

function capOf(effect: Fields): { maxDiscountMinor?: number | undefined } {
  return { maxDiscountMinor: optionalWhole(effect.max_discount, 'max_discount') };
}

function onShipping(
  effect: Fields,
  methods: string[] | undefined,
  profile: Profile,
  currency: string,
): Benefit {
  const target: Target = { scope: 'shipping', methods };
  switch (effect.type) {
    case 'free_shipping':
      return { type: 'free_shipping', methods, ...capOf(effect) };
    case 'percent':
      return {
        type: 'percent',
        percentBp: percentBp(effect),
        target,
        base: baseOf(profile),
        ...capOf(effect),
      };
    case 'fixed': {
      const per = effect.allocation === 'across' || effect.allocation === undefined ? 'total' : 'line';
      return { type: 'fixed', amountMinor: amountOf(effect, currency), per, target, ...capOf(effect) };
    }
    default:
      throw new Untranslatable(`no ${String(effect.type)} on shipping`);
  }
}

function buyGet(
  effect: Fields,
  select: Selector | undefined,
  buyInclude: Selector['include'],
  _profile: Profile,
): Benefit {
  const getQty = optionalCount(effect.get_qty, 'get_qty') ?? 1;
  const maxQty = optionalCount(effect.max_qty, 'max_qty');
  return {
    type: 'buy_get',
    buy: {
      qty: count(effect.buy_qty, 'buy_qty'),
      select: buyInclude === undefined ? undefined : { include: buyInclude },
    },
    get: { qty: getQty, select, pick: 'grouped' },
    percentBp: effect.percent === undefined ? FULL_PERCENT_BP : percentBp(effect),
    maxTimes: maxQty === undefined ? undefined : Math.max(1, Math.floor(maxQty / getQty)),
    maxDiscountMinor: optionalWhole(effect.max_discount ?? effect.amount, 'amount'),
  };
}

function pickOf(profile: Profile): UnitPick['pick'] {
  return profile.unit_pick === 'dearest' ? 'dearest' : profile.unit_pick === 'first' ? 'first' : 'cheapest';
}

/** `each` caps units on each line; otherwise the cap is one for the whole basket. */
function unitsOf(effect: Fields, profile: Profile): UnitPick | undefined {
  const maxUnits = optionalCount(effect.max_qty, 'max_qty');
  if (maxUnits === undefined) {
    return effect.allocation === 'once' ? { pick: pickOf(profile), maxUnits: 1 } : undefined;
  }
  const scope = text(effect.max_qty_scope) ?? (effect.allocation === 'each' ? 'line' : 'cart');
  return { pick: pickOf(profile), maxUnits, perLine: scope === 'line' };
}

/** Whether the effect looks at single units, so that a line needs a whole price for each. */
export function countsUnits(effect: Fields): boolean {
  if (effect.max_qty !== undefined || effect.buy_qty !== undefined || effect.allocation === 'once')
    return true;
  return (
    effect.type === 'fixed' &&
    effect.target === 'items' &&
    !['across', 'per_line'].includes(String(effect.allocation))
  );
}

function onGoods(
  effect: Fields,
  scope: string,
  select: Selector | undefined,
  profile: Profile,
  currency: string,
): Benefit {
  const base = baseOf(profile);
  const order: Target = { scope: 'order', select };
  const cap = capOf(effect);
  const across = scope === 'order';
  switch (effect.type) {
    case 'percent': {
      const target: Target = across ? order : { scope: 'items', select, units: unitsOf(effect, profile) };
      return { type: 'percent', percentBp: percentBp(effect), target, base, ...cap };
    }
    case 'fixed': {
      const amountMinor = amountOf(effect, currency);
      if (across || effect.allocation === 'across') {
        return { type: 'fixed', amountMinor, per: 'total', target: order, ...cap };
      }
      const per = effect.allocation === 'per_line' ? 'line' : 'unit';
      return {
        type: 'fixed',
        amountMinor,
        per,
        target: { scope: 'items', select, units: unitsOf(effect, profile) },
        ...cap,
      };
    }
    case 'set_order_total':
      return { type: 'fixed_price', priceMinor: amountOf(effect, currency), target: order, ...cap };
    case 'fixed_bundle_price':
      return {
        type: 'bundle_price',
        qty: optionalCount(effect.buy_qty ?? effect.qty ?? effect.get_qty, 'bundle size') ?? 1,
        priceMinor: amountOf(effect, currency),
        select,
        pick: pickOf(profile),
        maxTimes: optionalCount(effect.max_qty, 'max_qty'),
      };
    case 'cheapest_free':
      return {
        type: 'percent',
        percentBp: FULL_PERCENT_BP,
        target: {
          scope: 'items',
          select,
          units: { pick: 'cheapest', maxUnits: optionalCount(effect.max_qty, 'max_qty') ?? 1 },
        },
        base,
        ...cap,
      };
    case 'gift':
      return {
        type: 'percent',
        percentBp: FULL_PERCENT_BP,
        target: {
          scope: 'items',
          select,
          units: {
            pick: 'first',
            maxUnits: optionalCount(effect.get_qty ?? effect.max_qty, 'gifts') ?? 1,
          },
        },
        base,
        ...cap,
      };
    case 'points_discount':
      return { type: 'fixed', amountMinor: amountOf(effect, currency), per: 'total', target: order, ...cap };
    default:
      throw new Untranslatable(`no effect is a ${text(effect.type) ?? 'nothing'}`);
  }
}
