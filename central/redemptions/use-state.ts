import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import type { RightsMove } from '../../shared/redemption/rights.ts';
import type { Claim, UseRefusal, UseState } from '../../shared/redemption/use.ts';
import type { EscrowPlace } from '../escrow/escrow.ts';
import type { CouponRow, FoundCoupon, FoundOffer } from './find-coupon.ts';
import type { RedemptionRow } from './take-uses.ts';

/** The pool as the state machine sees it: the centre is one more holder, whose free rights are the pool. */
export function stateOfUse({ coupon, escrow }: FoundCoupon, claim: Claim): UseState {
  return { coupon: couponState(coupon), rights: poolOf(escrow), claim };
}

/** An automatic offer has no code: what limits it are its rights alone. */
export function stateOfAutomatic({ escrow }: FoundOffer): UseState {
  return { coupon: NO_CODE, rights: poolOf(escrow), claim: { status: 'none' } };
}

/** A use that came back, by a void or with goods, is over in the same way. */
export function stateOfRedemption(row: RedemptionRow, coupon: CouponRow | undefined): UseState {
  return {
    coupon: coupon === undefined ? NO_CODE : couponState(coupon),
    claim:
      row.status === 'redeemed'
        ? { status: 'redeemed', withRight: row.paidBy === 'pool' || row.paidBy === 'lease' }
        : { status: 'voided' },
  };
}

const NO_CODE: UseState['coupon'] = { status: 'live', used: 0, held: 0 };

function couponState(coupon: CouponRow): UseState['coupon'] {
  return {
    status: coupon.status === 'live' ? 'live' : 'void',
    maxUses: coupon.maxUses ?? undefined,
    used: coupon.used,
    held: coupon.reserved,
  };
}

function poolOf(escrow: FoundOffer['escrow']): UseState['rights'] {
  return (
    escrow && {
      total: escrow.pool + escrow.reserved + escrow.spent,
      leased: escrow.pool,
      reserved: escrow.reserved,
      spent: escrow.spent,
      burned: 0,
      returned: 0,
    }
  );
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
