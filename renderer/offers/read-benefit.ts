import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { type FormReader, listOf } from './form-reader.ts';
import type { OfferForm } from './offer-form.ts';

type Benefit = OfferDraft['benefits'][number];
type Target = Extract<Benefit, { type: 'percent' }>['target'];
type Selector = NonNullable<Extract<Benefit, { type: 'bundle_price' }>['select']>;
type Tiers = Extract<Benefit, { type: 'tiered' }>['tiers'];

const ONE = 1;

/** What the customer gets; undefined while something that it needs is missing. */
export function readBenefit(form: OfferForm, reader: FormReader): Benefit | undefined {
  if (form.some && selectorOf(form) === undefined) reader.fail('categories', 'items');
  const cap = reader.amount('maxDiscount');
  const capped = cap === undefined ? {} : { maxDiscountMinor: cap };
  switch (form.kind) {
    case 'percent': {
      const percentBp = reader.percentOf('percent', form.percent);
      if (percentBp === undefined) return undefined;
      return { type: 'percent', percentBp, target: targetOf(form, reader), base: 'sequential', ...capped };
    }
    case 'fixed':
      return readFixed(form, reader);
    case 'price': {
      const priceMinor = reader.amount('price');
      if (priceMinor === undefined) {
        reader.fail('price', 'amount');
        return undefined;
      }
      return { type: 'fixed_price', priceMinor, target: itemsTarget(form, reader) };
    }
    case 'bundle':
      return readBundle(form, reader);
    case 'buyGet':
      return readBuyGet(form, reader, capped);
    case 'tiers': {
      const tiers = readTiers(form, reader);
      if (tiers === undefined) return undefined;
      return {
        type: 'tiered',
        measure: form.tierMeasure,
        tiers,
        target: targetOf(form, reader),
        base: 'sequential',
        ...capped,
      };
    }
    case 'shipping':
      return { type: 'free_shipping', ...capped };
  }
}

function readFixed(form: OfferForm, reader: FormReader): Benefit | undefined {
  const amountMinor = reader.amount('amount');
  if (amountMinor === undefined) {
    reader.fail('amount', 'amount');
    return undefined;
  }
  const target = form.per === 'total' ? targetOf(form, reader) : itemsTarget(form, reader);
  return { type: 'fixed', amountMinor, per: form.per, target };
}

function readBundle(form: OfferForm, reader: FormReader): Benefit | undefined {
  const qty = needCount('bundleQty', form.bundleQty, reader);
  const priceMinor = reader.amount('bundlePrice');
  const maxTimes = reader.count('maxTimes');
  if (priceMinor === undefined) reader.fail('bundlePrice', 'amount');
  if (qty === undefined || priceMinor === undefined) return undefined;
  return {
    type: 'bundle_price',
    qty,
    priceMinor,
    pick: 'dearest',
    ...selectPart(form),
    ...(maxTimes === undefined ? {} : { maxTimes }),
  };
}

function readBuyGet(
  form: OfferForm,
  reader: FormReader,
  capped: { maxDiscountMinor?: number },
): Benefit | undefined {
  const buy = needCount('buyQty', form.buyQty, reader);
  const get = needCount('getQty', form.getQty, reader);
  const percentBp = reader.percentOf('getPercent', form.getPercent);
  const maxTimes = reader.count('maxTimes');
  const others = form.getOthers ? matchOf({ categories: form.getCategories, skus: form.getSkus }) : undefined;
  if (form.getOthers && others === undefined) reader.fail('getCategories', 'items');
  if (buy === undefined || get === undefined || percentBp === undefined) return undefined;
  const same = selectPart(form);
  return {
    type: 'buy_get',
    buy: { qty: buy, ...same },
    get: { qty: get, pick: form.getPick, ...(others === undefined ? same : { select: { include: others } }) },
    percentBp,
    ...(maxTimes === undefined ? {} : { maxTimes }),
    ...capped,
  };
}

/** Empty rows are left out; each step must begin above the one before it. */
function readTiers(form: OfferForm, reader: FormReader): Tiers | undefined {
  const tiers: Tiers = [];
  let last = -1;
  for (const { from, value } of form.tiers) {
    if (from.trim() === '' && value.trim() === '') continue;
    const start =
      form.tierMeasure === 'spend' ? reader.amountOf('tiers', from) : reader.countOf('tiers', from);
    const worth =
      form.tierUnit === 'percent' ? reader.percentOf('tiers', value) : reader.amountOf('tiers', value);
    if (start === undefined || worth === undefined || start <= last) {
      reader.fail('tiers', 'tiers');
      return undefined;
    }
    last = start;
    tiers.push(
      form.tierUnit === 'percent' ? { from: start, percentBp: worth } : { from: start, amountMinor: worth },
    );
  }
  if (tiers.length > 0) return tiers;
  reader.fail('tiers', 'tiers');
  return undefined;
}

function needCount(
  field: 'bundleQty' | 'buyQty' | 'getQty',
  text: string,
  reader: FormReader,
): number | undefined {
  const count = reader.countOf(field, text);
  if (count === undefined) reader.fail(field, 'whole');
  return count;
}

function targetOf(form: OfferForm, reader: FormReader): Target {
  return form.target === 'order' ? { scope: 'order', ...selectPart(form) } : itemsTarget(form, reader);
}

/** Each item by itself, or only the cheapest or dearest of them. */
function itemsTarget(form: OfferForm, reader: FormReader): Target {
  const select = selectPart(form);
  if (form.target !== 'cheapest' && form.target !== 'dearest') return { scope: 'items', ...select };
  const maxUnits = reader.countOf('pickUnits', form.pickUnits) ?? ONE;
  return { scope: 'items', ...select, units: { pick: form.target, maxUnits } };
}

function selectPart(form: OfferForm): { select?: Selector } {
  const select = form.some ? selectorOf(form) : undefined;
  return select === undefined ? {} : { select };
}

export function selectorOf(form: OfferForm): Selector | undefined {
  const include = matchOf(form);
  const exclude = matchOf({
    categories: form.exceptCategories,
    skus: form.exceptSkus,
    brands: form.exceptBrands,
  });
  if (include === undefined && exclude === undefined) return undefined;
  return { ...(include && { include }), ...(exclude && { exclude }) };
}

function matchOf(texts: { categories: string; skus: string; brands?: string }) {
  const [skus, categories, brands] = [texts.skus, texts.categories, texts.brands ?? ''].map(listOf);
  const match = {
    ...(skus?.length ? { skus } : {}),
    ...(categories?.length ? { categories } : {}),
    ...(brands?.length ? { brands } : {}),
  };
  return Object.keys(match).length === 0 ? undefined : match;
}
