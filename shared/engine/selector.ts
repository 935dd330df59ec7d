import type { BasketLine } from './basket.ts';
import type { ItemMatch, Selector } from './offer.ts';

/** A selector made ready to match many lines. Selectors that say the same share one, and one id. */
export type PreparedSelector = {
  readonly id: number;
  readonly include: PreparedMatch | undefined;
  readonly exclude: PreparedMatch | undefined;
  readonly skipReduced: boolean;
};

type PreparedMatch = {
  readonly skus: ReadonlySet<string> | undefined;
  readonly categories: ReadonlySet<string> | undefined;
  readonly brands: ReadonlySet<string> | undefined;
  readonly tags: ReadonlySet<string> | undefined;
  readonly fromMinor: number;
  readonly toMinor: number;
};

/** Gives equal selectors the same prepared one, so that a basket is matched once for each distinct selector. */
export class SelectorPool {
  readonly #byText = new Map<string, PreparedSelector>();

  get size(): number {
    return this.#byText.size;
  }

  prepare(selector: Selector | undefined, skipReduced: boolean): PreparedSelector {
    const text = JSON.stringify([selector?.include ?? null, selector?.exclude ?? null, skipReduced]);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const prepared = {
      id: this.#byText.size,
      include: prepareMatch(selector?.include),
      exclude: prepareMatch(selector?.exclude),
      skipReduced,
    };
    this.#byText.set(text, prepared);
    return prepared;
  }
}

function prepareMatch(match: ItemMatch | undefined): PreparedMatch | undefined {
  if (match === undefined) return undefined;
  const set = (list: readonly string[] | undefined) => (list === undefined ? undefined : new Set(list));
  return {
    skus: set(match.skus),
    categories: set(match.categories),
    brands: set(match.brands),
    tags: set(match.tags),
    fromMinor: match.unitPriceFromMinor ?? 0,
    toMinor: match.unitPriceToMinor ?? Number.MAX_SAFE_INTEGER,
  };
}

/** Whether the offer may touch or count this line. */
export function selects(selector: PreparedSelector, line: BasketLine): boolean {
  if (line.discountable === false) return false;
  if (selector.skipReduced && line.reduced === true) return false;
  if (selector.include !== undefined && !matches(selector.include, line)) return false;
  return selector.exclude === undefined || !matches(selector.exclude, line);
}

function matches(match: PreparedMatch, line: BasketLine): boolean {
  if (match.skus !== undefined && !match.skus.has(line.sku)) return false;
  if (match.categories !== undefined && !hasAny(match.categories, line.categories)) return false;
  if (match.brands !== undefined && (line.brand === undefined || !match.brands.has(line.brand))) return false;
  if (match.tags !== undefined && !hasAny(match.tags, line.tags)) return false;
  return line.unitPriceMinor >= match.fromMinor && line.unitPriceMinor <= match.toMinor;
}

function hasAny(wanted: ReadonlySet<string>, labels: readonly string[] | undefined): boolean {
  if (labels === undefined) return false;
  for (const label of labels) if (wanted.has(label)) return true;
  return false;
}
