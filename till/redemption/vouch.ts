import type { SignedIn } from '../handlers.ts';
import { HOLD_MS } from './holds.ts';

/**
 * A manager's word that codes may be accepted at risk: for the codes that lay there when the PIN was typed, for the
 * operator who asked, as long as a hold.
 */
export type Vouch = {
  readonly managerId: string;
  readonly operatorId: string;
  readonly couponIds: readonly string[];
  readonly until: number;
};

export function vouchNow(by: SignedIn, managerId: string, couponIds: readonly string[], now: number): Vouch {
  return { managerId, operatorId: by.operatorId, couponIds, until: now + HOLD_MS };
}

/** What of an earlier word still holds for this operator. */
export function stillVouched(before: Vouch | undefined, by: SignedIn, now: number): Vouch | undefined {
  return before !== undefined && before.operatorId === by.operatorId && now < before.until
    ? before
    : undefined;
}
