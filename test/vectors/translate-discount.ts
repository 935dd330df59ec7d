import type {
  Basket,
  BasketLine,
  EvaluationInput,
  Facts,
  OfferUses,
  PresentedCoupon,
} from '../../shared/engine/types.ts';
import { type Fields, type Profile, Untranslatable, type VectorCase } from './case-file.ts';
import { count, object, objects, optionalWhole, partsPerMillion, text, texts, whole } from './read.ts';
import { countsUnits } from './translate-effect.ts';
import { translateOptions } from './translate-options.ts';
import { type TranslatedOffer, translatePromotion } from './translate-promotion.ts';
import { ruleTags } from './translate-rules.ts';

export type Translated = {
  readonly input: EvaluationInput;
  readonly promotionOf: ReadonlyMap<string, string>;
  readonly surcharges: readonly Surcharge[];
  readonly shippingAsserted: boolean;
};

export type Surcharge = { readonly netMinor: number; readonly taxMinor: number };

/** Late enough for every offer, early enough that an `expired` one has ended. */
const NOW = 1_700_000_000_000;
const DEFAULT_CURRENCY = 'USD';

/** One case as input of the engine: read field by field, whatever its source. */
export function translateDiscount(vector: VectorCase, profile: Profile): Translated {
  const { input } = vector;
  const currency = vector.currency ?? DEFAULT_CURRENCY;
  const lines = objects(input.lines, 'lines').filter((line) => line.qty !== 0);
  const shipping = objects(input.shipping, 'shipping');
  const context = flat(input.context === undefined ? {} : object(input.context, 'context'));
  const presented = new Set(texts(input.applied_codes, 'applied_codes').map((code) => code.toLowerCase()));
  const base =
    typeof input.sequential === 'boolean' ? (input.sequential ? 'sequential' : 'original') : profile.base;
  const offers = objects(input.promotions, 'promotions').map((promotion, index) =>
    translatePromotion(promotion, index, { ...profile, base }, currency, lines, shipping),
  );
  const byUnit = objects(input.promotions, 'promotions').some(looksAtUnits);
  const rules = offers.flatMap((offer) => offer.computedRules);
  const basket: Basket = {
    currency,
    taxMode: input.prices_include_tax === true ? 'inclusive' : 'exclusive',
    lines: lines.map((line) => translateLine(line, rules, byUnit)),
    shipping: shipping.map((entry) => ({
      id: String(entry.id),
      method: String(entry.id),
      amountMinor: whole(entry.amount, 'shipping amount'),
      taxRatePpm: entry.tax_rate === undefined ? 0 : partsPerMillion(entry.tax_rate, 'tax rate'),
      taxIncluded: typeof entry.includes_tax === 'boolean' ? entry.includes_tax : undefined,
    })),
  };
  return {
    input: {
      basket,
      offers: offers.map(({ offer }) => offer),
      coupons: offers.flatMap((offer) => couponOf(offer, presented)),
      facts: factsOf(input, context, offers),
      options: translateOptions(profile),
    },
    promotionOf: new Map(offers.map(({ offer, promotionId }) => [offer.id, promotionId])),
    surcharges: objects(input.surcharges, 'surcharges').map(surchargeOf),
    shippingAsserted: vector.expect.shipping_total !== undefined,
  };
}

function looksAtUnits(promotion: Fields): boolean {
  const effects =
    promotion.effects === undefined ? [promotion.effect] : objects(promotion.effects, 'effects');
  return (
    promotion.min_qty !== undefined ||
    promotion.min_line_qty !== undefined ||
    effects.some((effect) => effect !== undefined && countsUnits(object(effect, 'effect')))
  );
}

function couponOf(
  { offer, promotionId, code }: TranslatedOffer,
  presented: ReadonlySet<string>,
): PresentedCoupon[] {
  if (offer.trigger === 'automatic') return [];
  const written = code ?? promotionId;
  return presented.has(written.toLowerCase())
    ? [{ couponId: offer.id, code: written, offerId: offer.id }]
    : [];
}

function translateLine(line: Fields, rules: TranslatedOffer['computedRules'], byUnit: boolean): BasketLine {
  const given = count(line.qty, 'qty');
  const subtotal = whole(line.subtotal ?? whole(line.unit_price, 'unit_price') * given, 'subtotal');
  const divisible = subtotal % given === 0;
  if (!divisible && byUnit) throw new Untranslatable('the line has no whole unit price');
  // Sold for a sum that has no whole unit price, and nobody asks for units: one unit at that sum.
  const qty = divisible ? given : 1;
  const attrs = flat(line.attrs === undefined ? {} : object(line.attrs, 'attrs'));
  return {
    id: String(line.id),
    sku: String(line.id),
    qty,
    unitPriceMinor: subtotal / qty,
    categories: texts(attrs.get('taxon') === undefined ? [] : [attrs.get('taxon')], 'taxon'),
    tags: [...attrs].map(([name, value]) => `${name}=${value}`).concat(ruleTags(line, rules)),
    taxRatePpm: line.tax_rate === undefined ? 0 : partsPerMillion(line.tax_rate, 'tax rate'),
    discountable: line.discountable !== false,
    reduced: line.already_discounted === true,
    minUnitPriceMinor: optionalWhole(line.min_unit_price, 'min_unit_price'),
  };
}

/** Nested fields as dotted names, as the rules of the format write them. */
export function flat(fields: Fields, prefix = ''): Map<string, string> {
  const out = new Map<string, string>();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [inner, found] of flat(value as Fields, `${prefix}${name}.`)) out.set(inner, found);
    } else {
      out.set(`${prefix}${name}`, String(value));
    }
  }
  return out;
}

function factsOf(
  input: Fields,
  context: ReadonlyMap<string, string>,
  offers: readonly TranslatedOffer[],
): Facts {
  const prior = objects(input.prior_usage, 'prior_usage');
  const email = context.get('customer.email');
  const mine = prior.filter((use) => use.by !== undefined && use.by === email).length;
  const uses: Record<string, OfferUses> = {};
  for (const { offer, usesBefore } of offers) uses[offer.id] = { ...usesBefore, byCustomer: mine };
  const orders = context.get('customer.orders') ?? context.get('orders') ?? '0';
  return {
    now: NOW,
    wallTimes: {},
    channel: 'pos',
    customer: { id: email ?? 'customer', purchases: Number(orders) },
    uses,
    attributes: Object.fromEntries(context),
  };
}

function surchargeOf(surcharge: Fields): Surcharge {
  const amount = whole(surcharge.amount, 'surcharge');
  const rate = partsPerMillion(text(surcharge.tax_rate) ?? '0', 'tax rate');
  const full = 1_000_000;
  if (surcharge.includes_tax !== true)
    return { netMinor: amount, taxMinor: Math.round((amount * rate) / full) };
  const tax = Math.round((amount * rate) / (full + rate));
  return { netMinor: amount - tax, taxMinor: tax };
}
