import type { AcceptedDecision, Evaluation } from '../../shared/engine/types.ts';
import { type Fields, failed, type Outcome, passed, unsupported } from './case-file.ts';
import { list, object, objects, whole } from './read.ts';
import type { Translated } from './translate-discount.ts';

type Difference = string | undefined;
type Compare = (expected: unknown, result: Result) => Difference;

type Result = {
  readonly evaluation: Evaluation;
  readonly translated: Translated;
  readonly accepted: readonly AcceptedDecision[];
};

/** Compares what the source asserts, and only that. */
export function compareEvaluation(expect: Fields, evaluation: Evaluation, translated: Translated): Outcome {
  const accepted = evaluation.decisions.filter((decision) => decision.outcome === 'accepted');
  const result: Result = { evaluation, translated, accepted };
  const differences: string[] = [];
  let compared = 0;
  for (const [field, expected] of Object.entries(expect)) {
    const compare = comparisons[field];
    // Fields beyond the documented ones are in no fixed unit, so they are left out.
    if (compare === undefined) continue;
    compared += 1;
    const difference = compare(expected, result);
    if (difference !== undefined) differences.push(`${field}: ${difference}`);
  }
  if (compared === 0) return unsupported(`nothing to compare among ${Object.keys(expect).join(', ')}`);
  return differences.length === 0 ? passed : failed(differences.join('; '));
}

function differs(expected: unknown, actual: unknown): Difference {
  const want = JSON.stringify(expected);
  const got = JSON.stringify(actual);
  return want === got ? undefined : `expected ${want}, got ${got}`;
}

function amount(read: (result: Result) => number): Compare {
  return (expected, result) => differs(whole(expected, 'amount'), read(result));
}

function surcharge({ translated }: Result, field: 'netMinor' | 'taxMinor'): number {
  return translated.surcharges.reduce((sum, entry) => sum + entry[field], 0);
}

/** What delivery costs after discounts, and with its tax: the engine totals the tax of goods line by line. */
function shippingTotals(result: Result): { netMinor: number; grossMinor: number } {
  const { totals } = result.evaluation;
  return {
    netMinor: totals.netMinor - goods(result, 'net'),
    grossMinor: totals.grossMinor - goods(result, 'gross'),
  };
}

function goods(result: Result, which: 'net' | 'gross'): number {
  const inclusive = result.translated.input.basket.taxMode === 'inclusive';
  let sum = 0;
  for (const line of result.evaluation.totals.lines) {
    const net = inclusive ? line.totalMinor - line.taxMinor : line.totalMinor;
    sum += which === 'net' ? net : net + line.taxMinor;
  }
  return sum;
}

function lineValue(result: Result, lineId: string, which: 'total' | 'net' | 'gross'): number | undefined {
  const line = result.evaluation.totals.lines.find((entry) => entry.lineId === lineId);
  if (line === undefined) return undefined;
  if (which === 'total') return line.totalMinor;
  const inclusive = result.translated.input.basket.taxMode === 'inclusive';
  const net = inclusive ? line.totalMinor - line.taxMinor : line.totalMinor;
  return which === 'net' ? net : net + line.taxMinor;
}

function perLine(which: 'total' | 'net' | 'gross'): Compare {
  return (expected, result) => {
    const wanted = object(expected, 'line totals');
    const actual = Object.fromEntries(Object.keys(wanted).map((id) => [id, lineValue(result, id, which)]));
    return differs(wanted, actual);
  };
}

function unitDiscounts(result: Result, lineId: string): number[] {
  const line = result.translated.input.basket.lines.find((entry) => entry.id === lineId);
  const units = Array.from({ length: line?.qty ?? 0 }, () => 0);
  for (const decision of result.accepted) {
    for (const discount of decision.lines) {
      if (discount.lineId !== lineId) continue;
      let at = 0;
      for (const run of discount.units) {
        for (let i = 0; i < run.units; i++, at++) units[at] = (units[at] as number) + run.amountMinor;
      }
    }
  }
  return units;
}

function promotions(result: Result, outcome: 'accepted' | 'refused'): string[] {
  return result.evaluation.decisions
    .filter((decision) => decision.outcome === outcome)
    .map((decision) => result.translated.promotionOf.get(decision.offerId) ?? '');
}

function idlePromotions(result: Result): string[] {
  return result.evaluation.decisions
    .filter((decision) => decision.outcome === 'refused' && decision.refusal.code === 'no_discount')
    .map((decision) => result.translated.promotionOf.get(decision.offerId) ?? '');
}

function adjustmentsOf(result: Result): string[] {
  const entries: string[] = [];
  for (const decision of result.accepted) {
    const promo = result.translated.promotionOf.get(decision.offerId);
    for (const line of decision.lines) entries.push(`line ${line.lineId} ${promo} ${line.amountMinor}`);
    for (const entry of decision.shipping)
      entries.push(`shipping ${entry.shippingId} ${promo} ${entry.amountMinor}`);
  }
  return entries.sort();
}

function expectedAdjustments(expected: unknown): string[] {
  const sums = new Map<string, number>();
  for (const entry of objects(expected, 'adjustments')) {
    const where =
      entry.line === undefined ? `shipping ${String(entry.shipping)}` : `line ${String(entry.line)}`;
    const key = `${where} ${String(entry.promo)}`;
    sums.set(key, (sums.get(key) ?? 0) + whole(entry.amount, 'adjustment'));
  }
  return [...sums]
    .filter(([, sum]) => sum !== 0)
    .map(([key, sum]) => `${key} ${sum}`)
    .sort();
}

const comparisons: Readonly<Record<string, Compare | undefined>> = {
  adjustments: (expected, result) => differs(expectedAdjustments(expected), adjustmentsOf(result)),
  line_discounts: (expected, result) => {
    const wanted = object(expected, 'line_discounts');
    const actual = Object.fromEntries(
      Object.keys(wanted).map((id) => [id, unitDiscounts(result, id).reduce((sum, unit) => sum + unit, 0)]),
    );
    return differs(wanted, actual);
  },
  unit_discounts: (expected, result) => {
    const wanted = object(expected, 'unit_discounts');
    return differs(
      wanted,
      Object.fromEntries(Object.keys(wanted).map((id) => [id, unitDiscounts(result, id)])),
    );
  },
  unit_price_after: (expected, result) => {
    const [line] = result.translated.input.basket.lines;
    const left =
      (line?.unitPriceMinor ?? 0) - (line === undefined ? 0 : (unitDiscounts(result, line.id)[0] ?? 0));
    return differs(expected, left);
  },
  line_totals: perLine('total'),
  line_totals_net: perLine('net'),
  line_totals_gross: perLine('gross'),
  discount_total: (expected, { evaluation, translated }) => {
    const { discountMinor, shippingDiscountMinor } = evaluation.totals;
    // Where delivery is asserted by itself, its discount shows there and not here.
    const onShipping = translated.shippingAsserted ? 0 : shippingDiscountMinor;
    return differs(whole(expected, 'discount_total'), discountMinor + onShipping);
  },
  order_total: amount(
    (result) =>
      result.evaluation.totals.payableMinor + surcharge(result, 'netMinor') + surcharge(result, 'taxMinor'),
  ),
  item_total: amount(({ evaluation }) => evaluation.totals.subtotalMinor),
  shipping_total: amount(
    ({ evaluation }) => evaluation.totals.shippingMinor - evaluation.totals.shippingDiscountMinor,
  ),
  subtotal_net: amount((result) => goods(result, 'net') + surcharge(result, 'netMinor')),
  subtotal_gross: amount(
    (result) => goods(result, 'gross') + surcharge(result, 'netMinor') + surcharge(result, 'taxMinor'),
  ),
  total_net: amount((result) => result.evaluation.totals.netMinor + surcharge(result, 'netMinor')),
  total_gross: amount(
    (result) =>
      result.evaluation.totals.grossMinor + surcharge(result, 'netMinor') + surcharge(result, 'taxMinor'),
  ),
  shipping_net: amount((result) => shippingTotals(result).netMinor),
  shipping_gross: amount((result) => shippingTotals(result).grossMinor),
  tax_total: amount((result) => result.evaluation.totals.taxMinor + surcharge(result, 'taxMinor')),
  rejected: (expected, result) => {
    const refused = promotions(result, 'refused');
    const missing = objects(expected, 'rejected').filter((entry) => !refused.includes(String(entry.promo)));
    return missing.length === 0 ? undefined : `not refused: ${JSON.stringify(missing)}`;
  },
  applied: (expected, result) => {
    const wanted = list(expected, 'applied').map(String);
    const accepted = promotions(result, 'accepted');
    // Here an offer that takes nothing is not applied, so that its use is not spent; sources list it all the same.
    const idle = new Set(idlePromotions(result));
    const missing = wanted.filter((id) => !accepted.includes(id) && !idle.has(id));
    const extra = accepted.filter((id) => !wanted.includes(id));
    return missing.length + extra.length === 0 ? undefined : differs(wanted, accepted);
  },
  discount_count: (expected, result) => differs(expected, result.accepted.length),
  discount_present: (expected, result) => differs(expected, result.accepted.length > 0),
  // Baskets are judged afresh each time: what a source takes off again must simply not apply.
  removed: (expected, result) => {
    const accepted = promotions(result, 'accepted');
    const gone = list(expected, 'removed').map((entry) =>
      String(typeof entry === 'object' ? Object(entry).promo : entry),
    );
    const still = gone.filter((id) => accepted.includes(id));
    return still.length === 0 ? undefined : `still applied: ${still.join(', ')}`;
  },
  kept_codes: (expected, result) => {
    const known = result.evaluation.decisions.map((decision) => decision.code?.toLowerCase());
    const missing = list(expected, 'kept_codes').filter(
      (code) => !known.includes(String(code).toLowerCase()),
    );
    return missing.length === 0 ? undefined : `lost ${JSON.stringify(missing)}`;
  },
};
