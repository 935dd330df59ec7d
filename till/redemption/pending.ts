import type { Reads } from '../../db/store.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { OpenBaskets } from './open-baskets.ts';

type Pending = OutputOf<'redemption.pending'>['baskets'];

/**
 * Baskets that hold something and that nobody has shown since this start: a till that was cut off left them, and only a
 * person knows whether the customer is still there.
 */
export function pendingBaskets(read: Reads, open: OpenBaskets, now: number): Pending {
  const held = new Map<string, { until: number; operatorId: string }>();
  for (const { basketId, expiresAt, operatorId } of read.redemptions.allHeld()) {
    if (expiresAt <= now || open.isShown(basketId)) continue;
    const until = Math.min(expiresAt, held.get(basketId)?.until ?? expiresAt);
    held.set(basketId, { until, operatorId });
  }
  return [...held].flatMap(([basketId, { until, operatorId }]) => {
    const checked = open.find(read, basketId);
    if (!checked) return [];
    const { coupons, result, checkedAt } = checked;
    return [
      {
        basketId,
        checkedAt,
        heldUntil: until,
        operatorName: read.operators.byId(operatorId)?.name ?? '',
        coupons: coupons.map(({ code, offerName, discountMinor }) => ({ code, offerName, discountMinor })),
        currency: result.currency,
        payableMinor: result.payableMinor,
      },
    ];
  });
}
