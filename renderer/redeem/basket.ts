import { normaliseCode } from '../../shared/codes/normalise-code.ts';
import type { InputOf } from '../../shared/contracts/operations.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';

type Basket = InputOf<'redemption.check'>['basket'];

/** More separate lines than a cashier adds by hand. */
export const MAX_ITEMS = 50;
export const MAX_ITEM_QTY = 999;

/** What offers must know of an article. */
export type Article = {
  readonly name: string;
  readonly sku: string;
  readonly unitPriceMinor: number;
  readonly category?: string | undefined;
};

/** A line of the open basket: so many of an article, or an amount that nobody named. */
export type Item = {
  readonly unitPriceMinor: number;
  readonly qty: number;
  readonly article?: Article | undefined;
};

export function itemMinor({ unitPriceMinor, qty }: Item): number {
  return unitPriceMinor * qty;
}

export function basketOf(items: readonly Item[], currency: string, taxMode: Basket['taxMode']): Basket {
  return {
    currency,
    taxMode,
    lines: items.map(({ unitPriceMinor, qty, article }, i) => ({
      id: String(i + 1),
      sku: article?.sku ?? `item-${i + 1}`,
      qty,
      unitPriceMinor,
      ...(article === undefined ? {} : { name: article.name }),
      ...(article?.category === undefined ? {} : { categories: [article.category] }),
    })),
  };
}

/** One more of an article: on its line where there is one, else on a new one. */
export function withArticle(items: readonly Item[], article: Article, qty: number): readonly Item[] {
  const same = items.findIndex((item) => item.article?.sku === article.sku);
  const before = items[same];
  if (before === undefined) {
    if (items.length >= MAX_ITEMS) return items;
    return [...items, { unitPriceMinor: article.unitPriceMinor, qty, article }];
  }
  const more = { ...before, qty: Math.min(MAX_ITEM_QTY, before.qty + qty) };
  return items.map((item, i) => (i === same ? more : item));
}

export function newBasketId(): string {
  return uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
}

/** Two entries that read the same: scanning a code twice is asking about it twice. */
export function sameCode(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [normaliseCode(a), normaliseCode(b)];
  return left.ok && right.ok && left.value.display === right.value.display;
}

/** The whole of a generated code, its check symbols right: nothing else is printed in groups. */
export function isCheckedCode(text: string): boolean {
  const reading = normaliseCode(text);
  return (
    reading.ok && reading.value.display !== reading.value.canonical && reading.value.display.includes('-')
  );
}
