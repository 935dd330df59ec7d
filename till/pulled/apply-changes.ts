import type { Tx } from '../../db/store.ts';
import type { Change } from '../../shared/contracts/sync.ts';
import { assert, unreachable } from '../../shared/kernel/assert.ts';
import { isOn } from '../../shared/redemption/guards.ts';
import { grantRights, moveRights, NO_RIGHTS } from '../../shared/redemption/rights.ts';
import { applyBudget } from '../budgets/budget.ts';
import { applyHome } from '../homes/code-home.ts';
import { keepIncident } from '../inbox/keep-incident.ts';
import type { Services } from '../services.ts';

type ChangeOf<K extends Change['kind']> = Extract<Change, { kind: K }>;

/** Everything but codes, which come by the million: see `apply-codes.ts`. */
export type LightChange = Exclude<Change, { kind: 'codes' }>;

/** What could not be applied, and why: kept out of the ledger, told to the log, never in the way of the rest. */
export type Skipped = { readonly kind: Change['kind']; readonly id: string; readonly why: string };

/**
 * Takes changes of the centre's feed into the ledger, in their order and in the caller's transaction, so that the
 * cursor moves with them. Every kind says how things are, not what happened: applying one twice changes nothing.
 */
export function applyChanges(tx: Tx, services: Services, changes: readonly LightChange[]): Skipped[] {
  const skipped = changes.flatMap((change) => applyChange(tx, services, change) ?? []);
  for (const { kind, id, why } of skipped)
    services.ports.logger.warn('a change was skipped', { kind, id, why });
  return skipped;
}

function applyChange(tx: Tx, services: Services, change: LightChange): Skipped | undefined {
  switch (change.kind) {
    case 'offer':
      return applyOffer(tx, change);
    case 'batch':
      return applyBatch(tx, change);
    case 'codeUse':
      return applyCodeUse(tx, change);
    case 'codeHome':
      applyHome(tx, services, change);
      return undefined;
    case 'budget':
      applyBudget(tx, services, change);
      return undefined;
    case 'incident':
      keepIncident(tx, change.incident);
      return undefined;
    case 'campaign': {
      const { campaignId: id, startsAt = null, endsAt = null, limited } = change;
      tx.write.campaigns.putOfCentre({ id, startsAt, endsAt, limited });
      return undefined;
    }
    case 'lease':
      return applyLease(tx, services, change);
    default:
      return unreachable(change);
  }
}

/** From the first push on the centre writes an offer; whether it is paused at this location stays this one's choice. */
function applyOffer(tx: Tx, { offer, status, createdAt }: ChangeOf<'offer'>): undefined {
  const known = tx.read.offers.byId(offer.id);
  const row = {
    id: offer.id,
    version: offer.version,
    status,
    origin: 'centre',
    terms: JSON.stringify(offer),
  } as const;
  if (!known) tx.write.offers.insert({ ...row, createdAt, pausedHere: false, requestId: null });
  else if (offer.version >= known.version) tx.write.offers.replace(row);
}

function applyBatch(tx: Tx, batch: ChangeOf<'batch'>): Skipped | undefined {
  const { batchId: id, offerId, name, format, count, createdAt } = batch;
  if (tx.read.batches.byId(id)) return undefined;
  if (!tx.read.offers.byId(offerId)) return { kind: 'batch', id, why: 'its offer is unknown' };
  const origin = { origin: 'centre', createdBy: '', requestId: null } as const;
  tx.write.batches.insert({ id, offerId, name, format, count, createdAt, ...origin });
  return undefined;
}

function applyCodeUse(tx: Tx, change: ChangeOf<'codeUse'>): Skipped | undefined {
  const { couponId: id, used, usedHere, status, lastAt, lastWhere } = change;
  const coupon = tx.read.coupons.byId(id);
  if (!coupon) return { kind: 'codeUse', id, why: 'the code is unknown' };
  const usedElsewhere = Math.max(0, used - usedHere);
  const { offerId, batchId } = coupon;
  const more = usedElsewhere - coupon.usedElsewhere;
  // Most that is told is what this ledger has told itself.
  if (more === 0 && usedElsewhere === 0 && status === coupon.status) return undefined;
  if (batchId !== null && more !== 0) {
    const scope = 'batch_elsewhere';
    const count = { offerId, uses: Math.abs(more), discountMinor: 0 };
    if (more > 0) tx.write.redemptions.addCounts({ ...count, sums: [[scope, batchId]] });
    else tx.write.redemptions.takeCount({ ...count, scope, key: batchId });
  }
  tx.write.coupons.setElsewhere({
    id,
    usedElsewhere,
    lastAt: lastAt ?? null,
    lastWhere: lastWhere ?? null,
    status,
  });
  return undefined;
}

/**
 * One incarnation has one lease for an offer, whatever its number: a centre that was restored gives it another one, and
 * that of an offer made here began before the centre knew of it. The total counts the same rights, and what was added.
 */
function applyLease(tx: Tx, services: Services, change: ChangeOf<'lease'>): Skipped | undefined {
  const { leaseId, offerId, incarnation, total, keep } = change;
  if (!tx.read.offers.byId(offerId)) return { kind: 'lease', id: leaseId, why: 'its offer is unknown' };
  // Rights of an earlier incarnation are burned; a right that comes late must not come alive here.
  const guards = services.ports.guards;
  const isOwn = incarnation === services.store.identity()?.incarnation;
  if (!isOwn && isOn(guards, 'grants_name_an_incarnation')) return undefined;
  const lease = tx.read.leases.ofOffer(offerId).find((one) => one.incarnation === incarnation);
  const before = lease ?? NO_RIGHTS;
  const after = grantRights(before, isOn(guards, 'grants_are_totals') ? total : before.total + total);
  if (after !== before) {
    if (lease) tx.write.leases.setPlaces(lease.id, after);
    else tx.write.leases.insert({ id: leaseId, offerId, incarnation, ...after });
    const event = { leaseId: lease?.id ?? leaseId, offerId, total: after.total };
    tx.append('lease.received', event, services.stamp());
  }
  if (keep !== undefined) returnRights(tx, services, lease?.id ?? leaseId, keep);
  return undefined;
}

/** Gives back what is free beyond `keep`: from this commit on nobody here spends it. */
export function returnRights(tx: Tx, services: Services, leaseId: string, keep: number): void {
  const lease = tx.read.leases.byId(leaseId);
  const count = (lease?.leased ?? 0) - keep;
  if (!lease || count <= 0) return;
  const returned = moveRights(lease, 'return', count);
  assert(returned.ok, 'free rights can be returned');
  if (isOn(services.ports.guards, 'return_leaves_the_lease'))
    tx.write.leases.setPlaces(lease.id, returned.value);
  tx.append('lease.returned', { leaseId: lease.id, offerId: lease.offerId, count }, services.stamp());
}
