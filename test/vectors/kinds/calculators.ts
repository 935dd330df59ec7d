import { evaluate } from '../../../shared/engine/evaluate.ts';
import { defaultOptions } from '../../../shared/engine/options.ts';
import { taxOn } from '../../../shared/engine/totals.ts';
import type {
  BasketLine,
  Benefit,
  Condition,
  Evaluation,
  Facts,
  Offer,
  Target,
  Tier,
} from '../../../shared/engine/types.ts';
import { allocate } from '../../../shared/kernel/allocation.ts';
import { mulDiv } from '../../../shared/kernel/rounding.ts';
import { type Fields, type Kind, type Profile, same, unsupported } from '../case-file.ts';
import { basisPoints, object, objects, optionalWhole, partsPerMillion, text, whole } from '../read.ts';
import { translateOptions } from '../translate-options.ts';

/** Single calculators of the sources: each is a basket of one or few lines with one offer. */

const FULL_BP = 10_000;
/** Where a case gives no price, one that no discount reaches. */
const AMPLE_PRICE_MINOR = 1_000_000;
const ITEMS: Target = { scope: 'items' };

function line(id: string, unitPriceMinor: number, qty: number, more: Partial<BasketLine> = {}): BasketLine {
  return { id, sku: id, qty, unitPriceMinor, ...more };
}

type Terms = {
  readonly benefits: readonly Benefit[];
  readonly conditions?: readonly Condition[];
  readonly currency?: string;
  readonly skipReducedLines?: boolean;
};

function run(
  currency: string,
  lines: readonly BasketLine[],
  terms: Terms,
  profile: Profile,
  facts: Partial<Facts> = {},
): Evaluation {
  const offer: Offer = {
    id: 'offer',
    version: 1,
    name: 'offer',
    status: 'active',
    currency: terms.currency ?? currency,
    trigger: 'automatic',
    benefits: terms.benefits,
    conditions: terms.conditions ?? [],
    validity: {},
    limits: {},
    stacking: { mode: 'stackable', priority: 0 },
    fundedBy: { type: 'merchant' },
    taxTreatment: 'before_tax',
    refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'full_return' },
    offlinePolicy: { type: 'strict' },
    skipReducedLines: terms.skipReducedLines,
  };
  return evaluate({
    basket: { currency, taxMode: 'exclusive', lines },
    offers: [offer],
    coupons: [],
    facts: { now: 0, wallTimes: {}, channel: 'pos', ...facts },
    options: { ...translateOptions(profile), combine: 'best_combination', laneModes: undefined },
  });
}

function discountOn(evaluation: Evaluation, lineId: string): number {
  return evaluation.totals.lines.find((entry) => entry.lineId === lineId)?.discountMinor ?? 0;
}

function currencyOf(value: unknown, fallback: string): string {
  return value === undefined ? fallback : String(value).toUpperCase();
}

/** A percentage above 100 takes all, never more. */
function percentOff(value: unknown, target: Target = ITEMS): Benefit {
  return {
    type: 'percent',
    percentBp: Math.min(FULL_BP, basisPoints(value, 'percent')),
    target,
    base: 'sequential',
  };
}

export const percentOfKind: Kind = ({ input, expect, currency = 'USD' }, profile) => {
  const lines = [line('l', whole(input.base, 'base'), 1, { reduced: input.already_discounted === true })];
  const skipReducedLines = input.full_price_only === true;
  const evaluation = run(
    currency,
    lines,
    { benefits: [percentOff(input.percent)], skipReducedLines },
    profile,
  );
  return same('amount', expect.amount, evaluation.totals.discountMinor);
};

/** The price is rounded, not the discount. */
export const percentPriceKind: Kind = ({ input, expect, currency = 'USD' }, profile) => {
  const evaluation = run(
    currency,
    [line('l', whole(input.price, 'price'), 1)],
    { benefits: [percentOff(input.percent_off)] },
    profile,
  );
  return same('price_after', expect.price_after, evaluation.totals.payableMinor);
};

export const fixedLineKind: Kind = ({ input, expect, currency = 'USD' }, profile) => {
  const qty = optionalWhole(input.qty, 'qty') ?? 1;
  const subtotal = optionalWhole(input.line_subtotal, 'line_subtotal') ?? AMPLE_PRICE_MINOR * qty;
  const benefits: Benefit[] = [
    { type: 'fixed', amountMinor: whole(input.amount, 'amount'), per: 'line', target: ITEMS },
  ];
  const terms = { benefits, currency: currencyOf(input.amount_currency, currency) };
  const evaluation = run(currency, [line('l', Math.floor(subtotal / qty), qty)], terms, profile);
  return same('discount', expect.discount, evaluation.totals.discountMinor);
};

/** The reduced price from a threshold on, the normal one below it. */
export const thresholdPriceKind: Kind = ({ input, expect, currency = 'USD' }, profile) => {
  const amount = whole(input.amount, 'amount');
  const terms: Terms = {
    benefits: [
      {
        type: 'fixed_price',
        priceMinor: whole(input.discounted, 'discounted'),
        target: { scope: 'items', select: { include: { skus: ['l'] } } },
      },
    ],
    conditions: [
      {
        type: 'min_spend',
        amountMinor: whole(input.minimal, 'minimal'),
        select: { include: { skus: ['rest'] } },
        measure: 'before_discounts',
      },
    ],
  };
  const evaluation = run(
    currency,
    [line('l', whole(input.normal, 'normal'), 1), line('rest', amount, 1)],
    terms,
    profile,
  );
  return same('value', expect.value, evaluation.totals.lines[0]?.totalMinor);
};

function tiersOf(
  tiers: unknown,
  tier: (value: unknown) => { percentBp: number } | { amountMinor: number },
  base?: Tier,
): Tier[] {
  const list = Object.entries(object(tiers, 'tiers')).map(
    ([from, value]): Tier => ({ from: whole(from, 'tier'), ...tier(value) }),
  );
  return [...(base === undefined ? [] : [base]), ...list].sort((a, b) => a.from - b.from);
}

const percentTier = (value: unknown) => ({ percentBp: basisPoints(value, 'percent') });

export const tieredFixedKind: Kind = ({ input, expect, currency = 'USD' }, profile) => {
  const tiers = tiersOf(input.tiers, (value) => ({ amountMinor: whole(value, 'amount') }), {
    from: 0,
    amountMinor: whole(input.base, 'base'),
  });
  const benefits: Benefit[] = [
    { type: 'tiered', measure: 'spend', tiers, target: { scope: 'order' }, base: 'original' },
  ];
  const evaluation = run(currency, [line('l', whole(input.amount, 'amount'), 1)], { benefits }, profile);
  return same('discount', expect.discount, evaluation.totals.discountMinor);
};

export const tieredPercentKind: Kind = ({ input, expect, currency = 'USD' }, profile) => {
  const price = whole(input.line_unit_price, 'line_unit_price');
  const lines = Array.from({ length: whole(input.lines_of_that_price, 'lines') }, (_, i) =>
    line(`l${i}`, price, 1),
  );
  const tiers = tiersOf(input.tiers, percentTier, {
    from: 0,
    percentBp: basisPoints(input.base_percent, 'percent'),
  });
  const benefits: Benefit[] = [{ type: 'tiered', measure: 'spend', tiers, target: ITEMS, base: 'original' }];
  return same(
    'discount_on_first_line',
    expect.discount_on_first_line,
    discountOn(run(currency, lines, { benefits }, profile), 'l0'),
  );
};

export const tieredPercentByQtyKind: Kind = ({ input, expect, currency = 'USD' }, profile) => {
  const own = object(input.line, 'line');
  const eligible = { categories: ['eligible'] };
  const lines = [
    line('own', whole(own.unit_price, 'unit_price'), whole(own.qty, 'qty'), eligible),
    line('other', AMPLE_PRICE_MINOR, whole(input.other_eligible_qty, 'other_eligible_qty'), eligible),
    line('rest', AMPLE_PRICE_MINOR, whole(input.ineligible_qty, 'ineligible_qty')),
  ].filter((entry) => entry.qty > 0);
  const tiers = tiersOf(input.tiers_by_qty, percentTier, {
    from: 0,
    percentBp: basisPoints(input.base_percent, 'percent'),
  });
  const target: Target = { scope: 'items', select: { include: eligible } };
  const benefits: Benefit[] = [{ type: 'tiered', measure: 'quantity', tiers, target, base: 'original' }];
  return same(
    'discount_on_line',
    expect.discount_on_line,
    discountOn(run(currency, lines, { benefits }, profile), 'own'),
  );
};

/** One amount off the first unit, another off each further one: two benefits, and a unit serves only one of them. */
export const firstPlusAdditionalKind: Kind = ({ input, expect, currency = 'USD' }, profile) => {
  const qty = whole(input.qty, 'qty');
  const max = whole(input.max_items, 'max_items');
  const counted = max === 0 ? qty : Math.min(qty, max);
  const per = (amountMinor: number, maxUnits: number): Benefit[] =>
    amountMinor === 0 && maxUnits > 1
      ? []
      : [
          {
            type: 'fixed',
            amountMinor,
            per: 'unit',
            target: { scope: 'items', units: { pick: 'first', maxUnits } },
          },
        ];
  const first = whole(input.first_item, 'first_item');
  const additional = whole(input.additional_item, 'additional_item');
  const benefits = [...per(first, 1), ...(counted > 1 ? per(additional, counted - 1) : [])];
  const lines = qty === 0 ? [] : [line('l', AMPLE_PRICE_MINOR, qty)];
  // A first unit that gets nothing is still the first.
  const shift = first === 0 ? benefits.slice(1) : benefits;
  return same(
    'discount',
    expect.discount,
    run(currency, lines, { benefits: shift }, profile).totals.discountMinor,
  );
};

export const quantityGroupsKind: Kind = ({ input, expect, currency = 'USD' }, profile) => {
  const lines = objects(input.lines, 'lines')
    .map((entry) => line(String(entry.id), whole(entry.unit_price, 'unit_price'), whole(entry.qty, 'qty')))
    .filter((entry) => entry.qty > 0);
  const groupsOf = whole(input.group_size, 'group_size');
  const units = { pick: 'first', maxUnits: 100_000, groupsOf } as const;
  const target: Target = { scope: 'items', units };
  const effect = object(input.effect, 'effect');
  const benefit = groupBenefit(effect, target);
  if (benefit === undefined) return unsupported(`no effect on groups is a ${text(effect.type)}`);
  const evaluation = run(currency, lines, { benefits: [benefit] }, profile);
  const wanted = object(expect.line_discounts, 'line_discounts');
  const actual = Object.fromEntries(Object.keys(wanted).map((id) => [id, discountOn(evaluation, id)]));
  return same('line_discounts', wanted, actual);
};

function groupBenefit(effect: Fields, target: Target): Benefit | undefined {
  switch (effect.type) {
    case 'fixed':
      return {
        type: 'fixed',
        amountMinor: whole(effect.amount_per_unit, 'amount_per_unit'),
        per: 'unit',
        target,
      };
    case 'percent':
      return percentOff(effect.percent, target);
    case 'tiered_percent': {
      const tiers = tiersOf(effect.tiers, percentTier, {
        from: 0,
        percentBp: basisPoints(effect.base_percent, 'percent'),
      });
      return { type: 'tiered', measure: 'spend', tiers, target, base: 'original' };
    }
    default:
      return undefined;
  }
}

export const splitSubtotalShippingKind: Kind = ({ input, expect }) => {
  const subtotal = whole(input.subtotal, 'subtotal');
  const shipping = whole(input.shipping, 'shipping');
  const wanted = { subtotal_discount: expect.subtotal_discount, shipping_discount: expect.shipping_discount };
  if (input.percent !== undefined) {
    const part = (of: number) => mulDiv(of, basisPoints(input.percent, 'percent'), FULL_BP, 'half_up');
    return same('parts', wanted, { subtotal_discount: part(subtotal), shipping_discount: part(shipping) });
  }
  const amount = Math.min(whole(input.amount, 'amount'), subtotal + shipping);
  const [onGoods, onShipping] = allocate(amount, [subtotal, shipping], 'last', 'half_up');
  return same('parts', wanted, { subtotal_discount: onGoods, shipping_discount: onShipping });
};

/** The whole order, or one unit of the cheapest line. */
export const voucherValueKind: Kind = ({ input, expect, currency = 'USD' }, profile) => {
  const cheapest = whole(input.cheapest_unit_price, 'cheapest_unit_price');
  const rest = whole(input.subtotal, 'subtotal') - cheapest;
  const lines = [line('cheapest', cheapest, 1), ...(rest > 0 ? [line('rest', rest, 1)] : [])];
  const target: Target =
    input.apply_once_to_cheapest === true
      ? { scope: 'items', units: { pick: 'cheapest', maxUnits: 1 } }
      : { scope: 'order' };
  const benefit: Benefit =
    input.percent === undefined
      ? { type: 'fixed', amountMinor: whole(input.amount, 'amount'), per: 'total', target }
      : percentOff(input.percent, target);
  return same(
    'amount',
    expect.amount,
    run(currency, lines, { benefits: [benefit] }, profile).totals.discountMinor,
  );
};

export const eligibilityKind: Kind = ({ input, expect, currency = 'USD' }, profile) => {
  const qty = optionalWhole(input.qty_total, 'qty_total') ?? 1;
  const subtotal = optionalWhole(input.subtotal, 'subtotal') ?? AMPLE_PRICE_MINOR * qty;
  const conditions: Condition[] = [];
  const minSubtotal = optionalWhole(input.min_subtotal, 'min_subtotal');
  if (minSubtotal !== undefined)
    conditions.push({ type: 'min_spend', amountMinor: minSubtotal, measure: 'before_discounts' });
  const minQty = optionalWhole(input.min_qty, 'min_qty');
  if (minQty !== undefined) conditions.push({ type: 'min_quantity', qty: minQty });
  const facts = audienceOf(input, conditions);
  const terms: Terms = {
    benefits: [{ type: 'fixed', amountMinor: 1, per: 'total', target: { scope: 'order' } }],
    conditions,
    currency: text(input.voucher_currency) ?? currency,
  };
  const basketCurrency = text(input.cart_currency) ?? currency;
  const evaluation = run(basketCurrency, [line('l', Math.floor(subtotal / qty), qty)], terms, profile, facts);
  return same(
    'eligible',
    expect.eligible,
    evaluation.decisions.some((decision) => decision.outcome === 'accepted'),
  );
};

/** Who may use it is a condition on the customer's group; who uses it more than once is counted. */
function audienceOf(input: Fields, conditions: Condition[]): Partial<Facts> {
  if (input.audience === undefined) return {};
  const audience = String(input.audience).replace(/_only$/, '');
  conditions.push({ type: 'segments', segments: [audience] });
  const customer = String(input.customer);
  return customer === 'anonymous' ? {} : { customer: { id: customer, segments: [customer] } };
}

export const taxKind: Kind = ({ input, expect }) => {
  const price = whole(input.price, 'price');
  const inclusive = input.price_includes_tax === true;
  const tax = taxOn(price, partsPerMillion(input.rate, 'rate'), inclusive, defaultOptions);
  const actual = { net: inclusive ? price - tax : price, gross: inclusive ? price : price + tax };
  return same('totals', expect, actual);
};

export const totalsKind: Kind = () => unsupported('a discount that is net of tax on prices that include it');
