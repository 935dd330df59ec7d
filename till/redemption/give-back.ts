import type { CouponRow } from '../../db/queries/coupons.ts';
import type { RedemptionRow } from '../../db/queries/redemptions.ts';
import type { Tx } from '../../db/store.ts';
import type { Claim, UseState } from '../../shared/redemption/use.ts';
import { burnIfOver } from '../incarnation.ts';
import type { Services } from '../services.ts';
import { countsOf } from './counts.ts';
import { moveRight } from './use-state.ts';

/** A redemption as the state machine sees it, with the code that it used. */
export function stateOfRedemption(tx: Tx, row: RedemptionRow, coupon: CouponRow): UseState {
  return {
    coupon: { status: coupon.status, maxUses: coupon.maxUses ?? undefined, used: coupon.used, held: 0 },
    rights: row.leaseId === null ? undefined : tx.read.leases.byId(row.leaseId),
    claim: claimOf(row),
  };
}

function claimOf(row: RedemptionRow): Claim {
  const withRight = row.leaseId !== null;
  switch (statusOfRedemption(row)) {
    case 'voided':
      return { status: 'voided' };
    case 'refunded':
      return { status: 'refunded' };
    case 'partly_refunded':
      return { status: 'partly_refunded', withRight, useBack: row.useBackSeq !== null };
    case 'redeemed':
      return { status: 'redeemed', withRight };
  }
}

export function statusOfRedemption(row: Pick<RedemptionRow, 'voidedAt' | 'returnedMinor' | 'discountMinor'>) {
  if (row.voidedAt !== null) return 'voided';
  if (row.returnedMinor === 0) return 'redeemed';
  return row.returnedMinor < row.discountMinor ? 'partly_refunded' : 'refunded';
}

/** The use of a redemption is free again: the code's, the right in its own lease, and in the running sums. */
export function giveUseBack(tx: Tx, services: Services, row: RedemptionRow): void {
  tx.write.coupons.giveBack(row.couponId);
  if (row.leaseId === null) return;
  moveRight(tx, row.leaseId, 'give_back');
  burnIfOver(tx, services, row.leaseId);
}

/** Takes uses and money off every running sum that the redemption was counted in. */
export function uncount(
  tx: Tx,
  row: RedemptionRow,
  coupon: CouponRow,
  { uses, discountMinor }: { readonly uses: 0 | 1; readonly discountMinor: number },
): void {
  for (const { scope, key } of countsOf({ ...row, batchId: coupon.batchId })) {
    tx.write.redemptions.takeCount({ offerId: row.offerId, scope, key, uses, discountMinor });
  }
}
