import { and, desc, eq, gte, isNull, ne } from 'drizzle-orm';
import { assert } from '../../shared/kernel/assert.ts';
import { burnLease, grantLease, type Held, NO_LEASE } from '../../shared/redemption/escrow.ts';
import { isOn } from '../../shared/redemption/guards.ts';
import { burnBudgets } from '../budgets/budgets.ts';
import type { Centre } from '../centre.ts';
import { announce } from '../feed/announce.ts';
import { openIncident } from '../incidents/incidents.ts';
import type { Db } from '../store/db.ts';
import { leases, ledgers, offers } from '../store/schema.ts';
import { isFrozen } from './frozen.ts';
import { type LeaseHolder, leaseOf, lockEscrows, lockLeases, writeHeld } from './held.ts';

/**
 * Half of the pool at most: the first location to ask leaves some for others. And never more than makes it as rich as
 * the pool: what one location gave back for another must not return to it.
 */
function fairShare(pool: number, held: number): number {
  return Math.min(Math.ceil(pool / 2), Math.max(0, pool - held));
}

export type LeaseWish = { readonly offerId: string; readonly want: number };

/**
 * Grants rights from the pools until the ledger holds what it wants, or as many as it may have.
 * Asking twice grants once: a wish names what the ledger would hold, not what it would get.
 */
export async function grantWishes(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  wishes: readonly LeaseWish[],
): Promise<void> {
  const wanted = new Map(wishes.map((wish) => [wish.offerId, wish.want]));
  const offerIds = [...wanted.keys()].sort();
  const held = await lockEscrows(tx, offerIds);
  const own = new Map((await lockLeases(tx, holder, offerIds)).map((row) => [row.offerId, row]));
  for (const [offerId, escrow] of held) {
    const [offer] = await tx
      .select({ status: offers.status, locationId: offers.locationId, terms: offers.terms })
      .from(offers)
      .where(eq(offers.id, offerId));
    if (offer?.status !== 'active' || (offer.locationId ?? holder.locationId) !== holder.locationId) continue;
    if (await isFrozen(tx, centre, offer.terms)) continue;
    const row = own.get(offerId);
    const lease = row === undefined ? NO_LEASE : leaseOf(row);
    const share = offer.locationId === null ? fairShare(escrow.pool, lease.held) : escrow.pool;
    const count = Math.min((wanted.get(offerId) ?? 0) - lease.held, share);
    if (count <= 0) {
      if (escrow.pool === 0 && lease.held === 0) await recall(tx, holder, offerId);
      continue;
    }
    const granted = grantLease({ escrow, lease }, count);
    if (!granted.ok) continue;
    const leaseId = await writeHeld(tx, centre, holder, offerId, row?.id, granted.value);
    await tx.update(leases).set({ keep: null }).where(eq(leases.id, leaseId));
    await announce(tx, [{ kind: 'lease', ref: leaseId, locationId: holder.locationId }]);
  }
}

/** A ledger with nothing left gets a part of what others hold, once they hear of it and give it back. */
async function recall(tx: Db, holder: LeaseHolder, offerId: string): Promise<void> {
  const rich = await tx
    .select({ id: leases.id, held: leases.held, locationId: ledgers.locationId })
    .from(leases)
    .innerJoin(ledgers, eq(ledgers.id, leases.ledgerId))
    .where(
      and(
        eq(leases.offerId, offerId),
        eq(leases.status, 'open'),
        ne(leases.ledgerId, holder.ledgerId),
        gte(leases.held, MIN_SHARED),
        isNull(leases.keep),
      ),
    )
    .orderBy(desc(leases.held), leases.id)
    .limit(MAX_RECALLED);
  for (const { id, held, locationId } of rich) {
    await tx
      .update(leases)
      .set({ keep: Math.ceil(held / 2) })
      .where(eq(leases.id, id));
    await announce(tx, [{ kind: 'lease', ref: id, locationId }]);
  }
}

/** A ledger with fewer keeps them: moving single rights to and fro serves nobody. */
const MIN_SHARED = 2;
const MAX_RECALLED = 3;

/** Ends every lease of an incarnation: what it still held can no longer be spent, except by events that come late. */
export async function burnLeases(
  tx: Db,
  centre: Centre,
  ledgerId: string,
  incarnation: number,
): Promise<void> {
  await burnBudgets(tx, ledgerId, incarnation);
  const mine = await tx.select({ offerId: leases.offerId }).from(leases).where(eq(leases.ledgerId, ledgerId));
  const offerIds = [...new Set(mine.map((row) => row.offerId))].sort();
  const held = await lockEscrows(tx, offerIds);
  for (const row of await lockLeases(tx, { ledgerId, incarnation }, offerIds)) {
    const escrow = held.get(row.offerId);
    assert(escrow !== undefined, 'a lease belongs to an escrow');
    const burned = burnLease({ escrow, lease: leaseOf(row) });
    const stays = isOn(centre.ports.guards, 'burned_rights_stay_burned');
    const after = stays ? burned : backToPool(burned);
    await writeHeld(tx, centre, { ledgerId, incarnation, locationId: '' }, row.offerId, row.id, after);
    if (row.held > 0)
      await openIncident(tx, centre, {
        dedupeKey: `burned ${row.id}`,
        kind: 'lease_burned',
        ledgerId,
        offerId: row.offerId,
        sides: [{ incarnation, rights: row.held }],
      });
  }
}

/** Wrong on purpose, for a simulation: as if a lost ledger could not come back. */
function backToPool({ escrow, lease }: Held): Held {
  return {
    escrow: { ...escrow, burned: escrow.burned - lease.burned, pool: escrow.pool + lease.burned },
    lease: { ...lease, burned: 0, returned: lease.returned + lease.burned },
  };
}
