import type { CouponRow } from '../../db/queries/coupons.ts';
import type { LeaseRow } from '../../db/queries/leases.ts';
import type { ReservationRow } from '../../db/queries/redemptions.ts';
import type { Reads, Tx } from '../../db/store.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { moveRights, type RightsMove } from '../../shared/redemption/rights.ts';
import type { Claim, UseState } from '../../shared/redemption/use.ts';

/** One coupon in one basket, as the ledger holds it. */
export type LoadedUse = {
  readonly state: UseState;
  readonly reservation: ReservationRow | undefined;
  /** The lease that serves it; undefined where no right is needed or none is here. */
  readonly lease: LeaseRow | undefined;
};

const noRights = { total: 0, leased: 0, reserved: 0, spent: 0, burned: 0, returned: 0 };

export function loadUse(read: Reads, coupon: CouponRow, basketId: string, needsRight: boolean): LoadedUse {
  const reservation = read.redemptions.heldByBasket(basketId).find((held) => held.couponId === coupon.id);
  // Whose own use is held takes nothing that others hold.
  const heldElsewhere =
    coupon.maxUses === null || reservation ? 0 : read.redemptions.heldOnCoupon(coupon.id, basketId).length;
  const lease = needsRight ? leaseFor(read, coupon.offerId, reservation) : undefined;
  const claim: Claim = reservation
    ? { status: 'reserved', expiresAt: reservation.expiresAt, withRight: reservation.leaseId !== null }
    : { status: 'none' };
  return {
    reservation,
    lease,
    state: {
      coupon: {
        status: coupon.status,
        maxUses: coupon.maxUses ?? undefined,
        used: coupon.used + coupon.usedElsewhere,
        held: heldElsewhere + (reservation ? 1 : 0),
      },
      rights: needsRight ? (lease ?? noRights) : undefined,
      claim,
    },
  };
}

/** The lease whose right is held already; else one that has a free right; else any. */
function leaseFor(
  read: Reads,
  offerId: string,
  reservation: ReservationRow | undefined,
): LeaseRow | undefined {
  if (reservation?.leaseId) return read.leases.byId(reservation.leaseId);
  const leases = read.leases.ofOffer(offerId);
  return leases.find((lease) => lease.leased > 0) ?? leases[0];
}

/** Moves a right inside its lease, in the transaction of the event that says so. */
export function moveRight(tx: Tx, leaseId: string, move: RightsMove): void {
  const lease = tx.read.leases.byId(leaseId);
  assert(lease, 'a right is in a lease');
  const moved = moveRights(lease, move);
  assert(moved.ok, `the decision allowed ${move}`);
  tx.write.leases.setPlaces(leaseId, moved.value);
}
