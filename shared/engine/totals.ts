import { mulDiv } from '../kernel/rounding.ts';
import type { Cart, CartLine } from './cart.ts';
import type { EngineOptions } from './options.ts';
import type { LineTotal, TaxTotal, Totals } from './types.ts';
import { type Work, wholeLine } from './work.ts';

const FULL_PPM = 1_000_000;

/** What was taken without lowering the taxable price: paid by a manufacturer, or after tax. */
export type AfterTax = { readonly lines: readonly number[]; readonly shipping: readonly number[] };

/** The tax on an amount that contains it, or to which it is added. */
export function taxOn(
  amountMinor: number,
  ratePpm: number,
  inclusive: boolean,
  options: EngineOptions,
): number {
  if (ratePpm === 0) return 0;
  return mulDiv(amountMinor, ratePpm, inclusive ? FULL_PPM + ratePpm : FULL_PPM, options.rounding);
}

type Taxable = { readonly ratePpm: number; readonly amountMinor: number; readonly roundedTaxMinor: number };

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
    return { ratePpm, amountMinor, roundedTaxMinor };
  });
  (cart.basket.shipping ?? []).forEach((shipping, i) => {
    const amountMinor = (work.shippingLeft[i] as number) + (afterTax.shipping[i] as number);
    const ratePpm = shipping.taxRatePpm ?? 0;
    list.push({ ratePpm, amountMinor, roundedTaxMinor: taxOn(amountMinor, ratePpm, inclusive, options) });
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

function taxesByRate(list: readonly Taxable[], inclusive: boolean, options: EngineOptions): TaxTotal[] {
  const sums = new Map<number, { amount: number; tax: number }>();
  for (const entry of list) {
    const sum = sums.get(entry.ratePpm) ?? { amount: 0, tax: 0 };
    sum.amount += entry.amountMinor;
    sum.tax += entry.roundedTaxMinor;
    sums.set(entry.ratePpm, sum);
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([ratePpm, sum]) => {
      const taxMinor =
        options.taxRoundAt === 'rate' ? taxOn(sum.amount, ratePpm, inclusive, options) : sum.tax;
      return { ratePpm, netMinor: inclusive ? sum.amount - taxMinor : sum.amount, taxMinor };
    });
}

/** What the customer still pays: the measure by which combinations are compared. */
export function payableOf(cart: Cart, work: Work, afterTax: AfterTax, options: EngineOptions): number {
  let left = 0;
  for (const line of cart.lines) left += work.lineLeft(line);
  for (const shipping of work.shippingLeft) left += shipping;
  if (cart.basket.taxMode === 'inclusive') return left;
  for (const tax of taxesByRate(taxables(cart, work, afterTax, options), false, options))
    left += tax.taxMinor;
  return left;
}

export function totalsOf(
  cart: Cart,
  work: Work,
  afterTax: AfterTax,
  tender: AfterTax,
  options: EngineOptions,
): Totals {
  const inclusive = cart.basket.taxMode === 'inclusive';
  const list = taxables(cart, work, afterTax, options);
  const taxes = taxesByRate(list, inclusive, options);
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
    payableMinor: payableOf(cart, work, afterTax, options),
    lines,
    taxes,
  };
}
