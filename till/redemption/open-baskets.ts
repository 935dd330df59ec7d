import type { Reads } from '../../db/store.ts';
import type { CheckedBasket } from './checked-basket.ts';

/** More baskets than any shop has open at once; the longest untouched one must be checked again. */
const MAX_OPEN = 1_000;

/**
 * Baskets between check and confirmation. Those that hold something are in the ledger as well; the others are only
 * remembered, so that checking an unlimited offer costs no write.
 */
export type OpenBaskets = {
  find(read: Reads, basketId: string): CheckedBasket | undefined;
  keep(basket: CheckedBasket): void;
  /** It was judged since this till started. */
  isShown(basketId: string): boolean;
  forget(basketId: string): void;
};

export function createOpenBaskets(): OpenBaskets {
  const open = new Map<string, CheckedBasket>();
  return {
    find(read, basketId) {
      const remembered = open.get(basketId);
      if (remembered) return remembered;
      const checked = read.redemptions.basket(basketId)?.checked;
      // `checkBasket` wrote it.
      return checked ? (JSON.parse(checked) as CheckedBasket) : undefined;
    },
    keep(basket) {
      open.delete(basket.basketId);
      open.set(basket.basketId, basket);
      for (const oldest of open.keys()) {
        if (open.size <= MAX_OPEN) break;
        open.delete(oldest);
      }
    },
    isShown: (basketId) => open.has(basketId),
    forget: (basketId) => void open.delete(basketId),
  };
}
