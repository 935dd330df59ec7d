import type { Reads } from '../../db/store.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import type { OfflinePolicy } from '../../shared/engine/offer.ts';
import { ackedSeq, lastSyncAt } from '../sync-state.ts';

/** What is not here: a right of the offer, or the use of a code whose home is elsewhere. */
export type Missing = 'no_lease_here' | 'home_unreachable';

export type Risk = {
  readonly discountMinor: number;
  /** Uses of the offer accepted or held at risk that the centre has not heard of. */
  readonly usesAtRisk: number;
  /** Since push and pull last ended well; undefined: never. */
  readonly sinceSyncMs: number | undefined;
  readonly managerVouches: boolean;
};

/** What is risked with an offer already, as far as the centre has not heard of it. */
export function riskTaken(
  read: Reads,
  offerId: string,
  now: number,
  { heldUses, ...use }: Pick<Risk, 'discountMinor' | 'managerVouches'> & { readonly heldUses: number },
): Risk {
  const synced = lastSyncAt(read);
  return {
    ...use,
    usesAtRisk: read.redemptions.atRiskSince(offerId, ackedSeq(read)) + heldUses,
    sinceSyncMs: synced === undefined ? undefined : Math.max(0, now - synced),
  };
}

/** Whether a ledger that holds no right may accept all the same, as the offer's terms say. `undefined`: it may. */
export function refuseRisk(policy: OfflinePolicy, missing: Missing, risk: Risk): Refusal | undefined {
  switch (policy.type) {
    case 'open':
      return undefined;
    case 'strict':
      return refusal(missing);
    case 'bounded': {
      const bound = passedBound(policy, risk);
      if (bound === undefined || (policy.managerPin && risk.managerVouches)) return undefined;
      return policy.managerPin
        ? refusal('manager_required', { bound, missing })
        : refusal(missing, { bound });
    }
  }
}

function passedBound(
  policy: Extract<OfflinePolicy, { type: 'bounded' }>,
  risk: Risk,
): 'value' | 'count' | 'age' | undefined {
  if (risk.discountMinor > policy.maxDiscountMinor) return 'value';
  if (risk.usesAtRisk >= policy.maxUses) return 'count';
  if (risk.sinceSyncMs === undefined || risk.sinceSyncMs > policy.maxAgeMs) return 'age';
  return undefined;
}
