import type { Basket, BasketLine } from './basket.ts';
import { type PreparedSelector, selects } from './selector.ts';
import type { UnitRun } from './types.ts';

/** One line, with what every offer asks about it computed once. */
export type CartLine = {
  readonly index: number;
  readonly line: BasketLine;
  readonly qty: number;
  readonly unitPriceMinor: number;
  readonly subtotalMinor: number;
  /** No unit goes below this. */
  readonly floorMinor: number;
  readonly fullRuns: readonly UnitRun[];
};

/** The basket made ready to be judged: immutable, shared by all combinations that are tried on it. */
export type Cart = {
  readonly basket: Basket;
  readonly lines: readonly CartLine[];
  readonly subtotalMinor: number;
  /** Nothing is added to what the lines and the shipping say. */
  readonly pricesIncludeAllTax: boolean;
  /** The lines that a selector takes, in line order; matched once for each distinct selector. */
  readonly select: (selector: PreparedSelector) => readonly CartLine[];
};

export function prepareCart(basket: Basket): Cart {
  let subtotalMinor = 0;
  const lines = basket.lines.map((line, index): CartLine => {
    const lineSubtotal = line.qty * line.unitPriceMinor;
    subtotalMinor += lineSubtotal;
    return {
      index,
      line,
      qty: line.qty,
      unitPriceMinor: line.unitPriceMinor,
      subtotalMinor: lineSubtotal,
      floorMinor: line.minUnitPriceMinor ?? 0,
      fullRuns: [{ units: line.qty, amountMinor: line.unitPriceMinor }],
    };
  });
  const selections: (readonly CartLine[] | undefined)[] = [];
  const select = (selector: PreparedSelector): readonly CartLine[] => {
    const known = selections[selector.id];
    if (known !== undefined) return known;
    const found = lines.filter((entry) => selects(selector, entry.line));
    selections[selector.id] = found;
    return found;
  };
  return { basket, lines, subtotalMinor, pricesIncludeAllTax: includesAllTax(basket), select };
}

function includesAllTax(basket: Basket): boolean {
  const inclusive = basket.taxMode === 'inclusive';
  return (
    (inclusive || basket.lines.every((line) => (line.taxRatePpm ?? 0) === 0)) &&
    (basket.shipping ?? []).every(
      (shipping) => (shipping.taxIncluded ?? inclusive) || (shipping.taxRatePpm ?? 0) === 0,
    )
  );
}
