import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import type { RightsMove } from '../../shared/redemption/rights.ts';
import type { Claim, UseRefusal, UseState } from '../../shared/redemption/use.ts';
import type { EscrowPlace } from '../escrow/escrow.ts';
import type { FoundCoupon } from './find-coupon.ts';

/** The pool as the state machine sees it: the centre is one more holder, whose free rights are the pool. */
export function stateOfUse({ coupon, escrow }: FoundCoupon, claim: Claim): UseState {
  return {
    coupon: {
      status: coupon.status === 'live' ? 'live' : 'void',
      maxUses: coupon.maxUses ?? undefined,
      used: coupon.used,
      held: coupon.reserved,
    },
    rights: escrow && {
      total: escrow.pool + escrow.reserved + escrow.spent,
      leased: escrow.pool,
      reserved: escrow.reserved,
      spent: escrow.spent,
      burned: 0,
      returned: 0,
    },
    claim,
  };
}

/** Where a right goes at the centre when the state machine moves it. */
export const escrowMoves = {
  hold: ['pool', 'reserved'],
  let_go: ['reserved', 'pool'],
  spend_held: ['reserved', 'spent'],
  spend: ['pool', 'spent'],
  give_back: ['spent', 'pool'],
  burn: ['leased', 'burned'],
  return: ['leased', 'pool'],
  spend_burned: ['burned', 'spent'],
} as const satisfies Record<RightsMove, readonly [EscrowPlace, EscrowPlace]>;

/** The refusal with what the caller should know: where and when a used-up code was used, who holds the rest. */
export function explainUse({ coupon, escrow }: FoundCoupon, code: UseRefusal): Refusal {
  if (code === 'already_redeemed') {
    return refusal(code, {
      ...(coupon.lastUsedAt === null ? {} : { at: coupon.lastUsedAt }),
      ...(coupon.lastUsedWhere === null ? {} : { where: coupon.lastUsedWhere }),
    });
  }
  const elsewhere = escrow === undefined ? 0 : escrow.leased + escrow.reserved;
  return code === 'exhausted' && elsewhere > 0 ? refusal('no_lease_here', { elsewhere }) : refusal(code);
}
