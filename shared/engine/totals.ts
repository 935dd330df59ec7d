import { mulDiv } from '../kernel/rounding.ts';
import type { Cart, CartLine } from './cart.ts';
import type { EngineOptions } from './options.ts';
import type { LineTotal, TaxTotal, Totals } from './types.ts';
import { type Work, wholeLine } from './work.ts';

const FULL_PPM = 1_000_000;

/** What was taken without lowering the taxable price: paid by a manufacturer, or after tax. */
export type AfterTax = { readonly lines: readonly number[]; readonly shipping: readonly number[] };

/**
 * The tax on an amount that contains it, or to which it is added. In an amount that contains it the net is rounded,
 * and the tax is the rest: so that net and tax always add up to what was paid.
 */
export function taxOn(
  amountMinor: number,
  ratePpm: number,
  included: boolean,
  options: EngineOptions,
): number {
  if (ratePpm === 0) return 0;
  if (!included) return mulDiv(amountMinor, ratePpm, FULL_PPM, options.rounding);
  return amountMinor - mulDiv(amountMinor, FULL_PPM, FULL_PPM + ratePpm, options.rounding);
}

type Taxable = {
  readonly ratePpm: number;
  readonly included: boolean;
  readonly amountMinor: number;
  readonly roundedTaxMinor: number;
};

/** Every line and shipping line with its taxable amount, and its tax as rounded there. */
function taxables(cart: Cart, work: Work, afterTax: AfterTax, options: EngineOptions): Taxable[] {
  const inclusive = cart.basket.taxMode === 'inclusive';
  const list: Taxable[] = cart.lines.map((line) => {
    const untaxed = afterTax.lines[line.index] as number;
    const amountMinor = work.lineLeft(line) + untaxed;
    const ratePpm = line.line.taxRatePpm ?? 0;
    // What was taken after tax has no place among the units any more: such a line is rounded as a whole.
    const byUnit = options.taxRoundAt === 'unit' && untaxed === 0 && ratePpm !== 0;
    const roundedTaxMinor = byUnit
      ? taxOnUnits(work, line, ratePpm, inclusive, options)
      : taxOn(amountMinor, ratePpm, inclusive, options);
    return { ratePpm, included: inclusive, amountMinor, roundedTaxMinor };
  });
  (cart.basket.shipping ?? []).forEach((shipping, i) => {
    const amountMinor = (work.shippingLeft[i] as number) + (afterTax.shipping[i] as number);
    const ratePpm = shipping.taxRatePpm ?? 0;
    const included = shipping.taxIncluded ?? inclusive;
    list.push({
      ratePpm,
      included,
      amountMinor,
      roundedTaxMinor: taxOn(amountMinor, ratePpm, included, options),
    });
  });
  return list;
}

function taxOnUnits(
  work: Work,
  line: CartLine,
  ratePpm: number,
  inclusive: boolean,
  options: EngineOptions,
): number {
  let tax = 0;
  for (const run of work.runsLeft(wholeLine(line))) {
    tax += run.units * taxOn(run.amountMinor, ratePpm, inclusive, options);
  }
  return tax;
}

type RateSum = { ratePpm: number; withTax: number; withoutTax: number; rounded: number };

function taxesByRate(list: readonly Taxable[], options: EngineOptions): TaxTotal[] {
  const sums = new Map<number, RateSum>();
  for (const { ratePpm, included, amountMinor, roundedTaxMinor } of list) {
    let sum = sums.get(ratePpm);
    if (sum === undefined) {
      sum = { ratePpm, withTax: 0, withoutTax: 0, rounded: 0 };
      sums.set(ratePpm, sum);
    }
    if (included) sum.withTax += amountMinor;
    else sum.withoutTax += amountMinor;
    sum.rounded += roundedTaxMinor;
  }
  return [...sums.values()]
    .sort((a, b) => a.ratePpm - b.ratePpm)
    .map(({ ratePpm, withTax, withoutTax, rounded }) => {
      const inside = taxOn(withTax, ratePpm, true, options);
      const taxMinor =
        options.taxRoundAt === 'rate' ? inside + taxOn(withoutTax, ratePpm, false, options) : rounded;
      // What is included is in the amounts already; what is added comes on top of them.
      return { ratePpm, netMinor: withTax + withoutTax - insideOf(list, ratePpm, inside, options), taxMinor };
    });
}

/** The part of a rate's tax that its amounts already contain. */
function insideOf(list: readonly Taxable[], ratePpm: number, byRate: number, options: EngineOptions): number {
  if (options.taxRoundAt === 'rate') return byRate;
  let inside = 0;
  for (const entry of list) if (entry.included && entry.ratePpm === ratePpm) inside += entry.roundedTaxMinor;
  return inside;
}

/** What the customer still pays: the measure by which combinations are compared. */
export function payableOf(cart: Cart, work: Work, afterTax: AfterTax, options: EngineOptions): number {
  let left = leftOf(cart, work);
  if (cart.pricesIncludeAllTax) return left;
  const list = taxables(cart, work, afterTax, options);
  let amounts = 0;
  for (const entry of list) amounts += entry.amountMinor;
  // Tax that comes on top of the amounts: all of net and tax, less what the amounts hold themselves.
  for (const tax of taxesByRate(list, options)) left += tax.netMinor + tax.taxMinor;
  return left - amounts;
}

function leftOf(cart: Cart, work: Work): number {
  let left = 0;
  for (const line of cart.lines) left += work.lineLeft(line);
  for (const shipping of work.shippingLeft) left += shipping;
  return left;
}

/** What `totalsOf` reads of an applied combination. */
export type Settlement = {
  readonly work: Work;
  readonly afterTax: AfterTax;
  readonly tender: AfterTax;
  readonly payableMinor: number;
};

export function totalsOf(cart: Cart, settlement: Settlement, options: EngineOptions): Totals {
  const { work, afterTax, tender, payableMinor } = settlement;
  const list = taxables(cart, work, afterTax, options);
  const taxes = taxesByRate(list, options);
  const lines = cart.lines.map((line, i): LineTotal => {
    const tenderMinor = tender.lines[i] as number;
    const totalMinor = work.lineLeft(line) + tenderMinor;
    return {
      lineId: line.line.id,
      subtotalMinor: line.subtotalMinor,
      discountMinor: line.subtotalMinor - totalMinor,
      tenderMinor,
      totalMinor,
      taxMinor: (list[i] as Taxable).roundedTaxMinor,
    };
  });
  let shippingMinor = 0;
  for (const shipping of cart.basket.shipping ?? []) shippingMinor += shipping.amountMinor;
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const tenderMinor = sum(tender.lines) + sum(tender.shipping);
  const netMinor = sum(taxes.map((tax) => tax.netMinor));
  const taxMinor = sum(taxes.map((tax) => tax.taxMinor));
  return {
    subtotalMinor: cart.subtotalMinor,
    shippingMinor,
    discountMinor: sum(lines.map((line) => line.discountMinor)),
    shippingDiscountMinor: shippingMinor - sum(work.shippingLeft) - sum(tender.shipping),
    tenderMinor,
    netMinor,
    taxMinor,
    grossMinor: netMinor + taxMinor,
    payableMinor,
    lines,
    taxes,
  };
}
