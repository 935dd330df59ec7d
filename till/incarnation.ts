import type { EventStamp, Tx } from '../db/store.ts';
import { assert } from '../shared/kernel/assert.ts';
import { isOn } from '../shared/redemption/guards.ts';
import { moveRights } from '../shared/redemption/rights.ts';
import { burnBudgets } from './budgets/budget.ts';
import { burnHomes } from './homes/code-home.ts';
import { endHold } from './redemption/holds.ts';
import type { Services } from './services.ts';

/**
 * The ledger goes on as another incarnation. Whatever it still held is burned, because another copy may have spent
 * it; holds that rested on such rights end first. `keepsRights`: nobody but a manager can say, and one did.
 */
export function continueAs(
  tx: Tx,
  services: Services,
  incarnation: number,
  stamp: EventStamp,
  keepsRights = false,
): void {
  const identity = services.store.identity();
  assert(identity && incarnation > identity.incarnation, 'incarnations only grow');
  for (const hold of tx.read.redemptions.allHeld()) {
    const coupon = tx.read.coupons.byId(hold.couponId);
    if (hold.leaseId !== null || coupon?.maxUses != null) endHold(tx, hold, 'replaced', stamp);
  }
  if (!keepsRights) {
    burnHomes(tx);
    burnBudgets(tx);
  } else tx.write.budgets.takeOver(identity.incarnation, incarnation);
  if (keepsRights) tx.write.leases.takeOver(identity.incarnation, incarnation);
  else if (isOn(services.ports.guards, 'continuing_burns_the_lease')) {
    for (const { id } of tx.read.leases.all()) burnFree(tx, id);
  }
  tx.found(identity.ledgerId, incarnation);
  const seq = tx.append(
    'ledger.continued',
    { incarnation, previous: identity.incarnation, ...(keepsRights ? { keepsRights } : {}) },
    stamp,
  );
  tx.write.leases.beginIncarnation(incarnation, seq);
  revokeLanes(tx, stamp);
  services.faults.forget(tx, 'ledger_unanchored');
}

/** An old copy does not know which lanes were revoked since it was made: each is attached again. */
function revokeLanes(tx: Tx, stamp: EventStamp): void {
  for (const { id: laneId } of tx.read.lanes.live()) {
    tx.write.lanes.setRevoked(laneId, stamp.at);
    tx.append('lane.revoked', { laneId }, stamp);
  }
}

/** A right that came back into the lease of an earlier incarnation is burned with the rest of it. */
export function burnIfOver(tx: Tx, services: Services, leaseId: string): void {
  const lease = tx.read.leases.byId(leaseId);
  if (!lease || lease.incarnation === services.store.identity()?.incarnation) return;
  if (isOn(services.ports.guards, 'void_of_burned_stays_burned')) burnFree(tx, leaseId);
}

function burnFree(tx: Tx, leaseId: string): void {
  const lease = tx.read.leases.byId(leaseId);
  if (!lease || lease.leased === 0) return;
  const burned = moveRights(lease, 'burn', lease.leased);
  assert(burned.ok, 'free rights can be burned');
  tx.write.leases.setPlaces(leaseId, burned.value);
}

/** The incarnation that wrote an event, and the last event that it wrote. */
export function incarnationAt(
  { store }: Pick<Services, 'store'>,
  seq: number,
): { readonly incarnation: number; readonly lastSeq: number } {
  let incarnation = 1;
  for (const start of store.read.leases.incarnationStarts()) {
    if (start.firstSeq > seq) return { incarnation, lastSeq: start.firstSeq - 1 };
    incarnation = start.incarnation;
  }
  return { incarnation, lastSeq: Number.MAX_SAFE_INTEGER };
}
