import { normaliseCode } from '../../shared/codes/normalise-code.ts';
import type { InputOf } from '../../shared/contracts/operations.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';

type Basket = InputOf<'redemption.check'>['basket'];

/** More separate amounts than a cashier adds by hand. */
export const MAX_ITEMS = 50;

/** A basket of amounts: the counter knows what was rung up, not which articles. */
export function basketOf(amountsMinor: readonly number[], currency: string): Basket {
  return {
    currency,
    taxMode: 'inclusive',
    lines: amountsMinor.map((unitPriceMinor, i) => ({
      id: String(i + 1),
      sku: `item-${i + 1}`,
      qty: 1,
      unitPriceMinor,
    })),
  };
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
