import type { Cart } from './cart.ts';
import { brandKey, categoryKey, type OfferBook, type PreparedOffer, skuKey, tagKey } from './offer-book.ts';

/** The automatic offers whose needed goods are in the basket, by id, so that their order in the book does not matter. */
export function automaticFor(book: OfferBook, cart: Cart): PreparedOffer[] {
  const found = new Set<PreparedOffer>(book.automaticAlways);
  if (book.automaticByNeed.size > 0) {
    const keys = new Set<string>();
    for (const { line } of cart.lines) {
      keys.add(skuKey(line.sku));
      if (line.brand !== undefined) keys.add(brandKey(line.brand));
      for (const category of line.categories ?? []) keys.add(categoryKey(category));
      for (const tag of line.tags ?? []) keys.add(tagKey(tag));
    }
    for (const key of keys) for (const prepared of book.automaticByNeed.get(key) ?? []) found.add(prepared);
  }
  return [...found].sort((a, b) => a.rank - b.rank);
}
