import { describe, expect, it } from 'vitest';
import type { OfflinePolicy } from '../../shared/engine/offer.ts';
import { DAY_MS } from '../../shared/kernel/instant.ts';
import { type Risk, refuseRisk } from './at-risk.ts';

const bounded: OfflinePolicy = {
  type: 'bounded',
  maxDiscountMinor: 1_000,
  maxUses: 3,
  maxAgeMs: 7 * DAY_MS,
  managerPin: false,
};
const within: Risk = { discountMinor: 1_000, usesAtRisk: 2, sinceSyncMs: 7 * DAY_MS, managerVouches: false };

describe('accepting without a right', () => {
  it('follows the offer: strict never, open always', () => {
    expect(refuseRisk({ type: 'strict' }, 'home_unreachable', within)).toMatchObject({
      code: 'home_unreachable',
    });
    expect(refuseRisk({ type: 'strict' }, 'no_lease_here', within)).toMatchObject({ code: 'no_lease_here' });
    expect(refuseRisk({ type: 'open' }, 'no_lease_here', { ...within, usesAtRisk: 99 })).toBeUndefined();
  });

  it.each([
    ['value', { discountMinor: 1_001 }],
    ['count', { usesAtRisk: 3 }],
    ['age', { sinceSyncMs: 7 * DAY_MS + 1 }],
    ['age', { sinceSyncMs: undefined }],
  ] as const)('is bounded by %s', (bound, beyond) => {
    expect(refuseRisk(bounded, 'no_lease_here', within)).toBeUndefined();
    const risk = { ...within, ...beyond };
    expect(refuseRisk(bounded, 'no_lease_here', risk)).toMatchObject({
      code: 'no_lease_here',
      params: { bound },
    });
    // Where the terms let a manager decide, they are asked; elsewhere a PIN changes nothing.
    const withPin = { ...bounded, managerPin: true };
    expect(refuseRisk(withPin, 'no_lease_here', risk)).toMatchObject({ code: 'manager_required' });
    expect(refuseRisk(withPin, 'no_lease_here', { ...risk, managerVouches: true })).toBeUndefined();
    expect(refuseRisk(bounded, 'no_lease_here', { ...risk, managerVouches: true })).toMatchObject({
      code: 'no_lease_here',
    });
  });
});
