import { and, asc, eq, sql } from 'drizzle-orm';
import { payFromPool, relearnGrant, reportSpent } from '../../shared/redemption/escrow.ts';
import { isOn } from '../../shared/redemption/guards.ts';
import type { Centre } from '../centre.ts';
import { coverOverRedemption } from '../incidents/incidents.ts';
import type { Db } from '../store/db.ts';
import { leases, offers, redemptions } from '../store/schema.ts';
import { resized } from './escrow.ts';
import { isFrozen } from './frozen.ts';
import { leaseOf, lockEscrows, writeEscrow } from './held.ts';

/** Paid in one go; the rest follows with the next rights that come. */
const MAX_OWED = 1_000;

/**
 * Rights came to the pool. First they go to leases that claim them, then they pay redemptions that no right was found
 * for, and only what is left follows a lowered limit or is handed out again: else they would be given away twice.
 */
export async function settleOffer(tx: Db, centre: Centre, offerId: string): Promise<void> {
  const [offer] = await tx.select({ terms: offers.terms }).from(offers).where(eq(offers.id, offerId));
  let escrow = (await lockEscrows(tx, [offerId])).get(offerId);
  if (offer === undefined || escrow === undefined || escrow.pool === 0) return;
  if (await isFrozen(tx, centre, offer.terms)) return;
  const { guards } = centre.ports;

  if (isOn(guards, 'claims_are_kept')) {
    const claiming = await tx
      .select()
      .from(leases)
      .where(and(eq(leases.offerId, offerId), sql`${leases.claimed} > ${leases.granted}`))
      .orderBy(asc(leases.createdAt), asc(leases.id))
      .for('update');
    for (const row of claiming) {
      const after = relearnGrant({ escrow, lease: leaseOf(row) }, row.claimed ?? 0);
      escrow = after.escrow;
      await tx.update(leases).set(after.lease).where(eq(leases.id, row.id));
    }
  }
  if (isOn(guards, 'owed_is_paid_first')) escrow = await payOwed(tx, centre, offerId, escrow);
  const total = offer.terms.limits.total;
  if (total !== undefined && total < escrow.n) escrow = resized(centre, escrow, total);
  await writeEscrow(tx, offerId, escrow);
}

async function payOwed(tx: Db, centre: Centre, offerId: string, before: Parameters<typeof payFromPool>[0]) {
  let escrow = before;
  const owed = await tx
    .select()
    .from(redemptions)
    .where(
      and(
        eq(redemptions.offerId, offerId),
        eq(redemptions.paidBy, 'nothing'),
        eq(redemptions.status, 'redeemed'),
      ),
    )
    .orderBy(asc(redemptions.redeemedAt), asc(redemptions.id))
    .limit(MAX_OWED)
    .for('update');
  for (const row of owed) {
    const [lease] =
      row.ledgerId === null || row.incarnation === null || row.atRisk
        ? []
        : await tx
            .select()
            .from(leases)
            .where(
              and(
                eq(leases.offerId, offerId),
                eq(leases.ledgerId, row.ledgerId),
                eq(leases.incarnation, row.incarnation),
              ),
            )
            .for('update');
    const byLease = lease && reportSpent({ escrow, lease: leaseOf(lease) });
    if (lease && byLease?.ok) {
      escrow = byLease.value.escrow;
      await tx.update(leases).set(byLease.value.lease).where(eq(leases.id, lease.id));
      await tx
        .update(redemptions)
        .set({ paidBy: 'lease', leaseId: lease.id })
        .where(eq(redemptions.id, row.id));
    } else {
      const byPool = payFromPool(escrow);
      if (!byPool.ok) break;
      escrow = byPool.value;
      await tx.update(redemptions).set({ paidBy: 'pool' }).where(eq(redemptions.id, row.id));
    }
    await coverOverRedemption(tx, row, centre.ports.now());
  }
  return escrow;
}
