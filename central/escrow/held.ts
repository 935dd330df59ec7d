import { and, eq, inArray } from 'drizzle-orm';
import type { Escrow, Held, Lease } from '../../shared/redemption/escrow.ts';
import { type Centre, newId } from '../centre.ts';
import type { Db } from '../store/db.ts';
import { escrows, leases } from '../store/schema.ts';

/** The ledger that holds a lease. A new incarnation of it starts without the rights of the old one. */
export type LeaseHolder = {
  readonly ledgerId: string;
  readonly incarnation: number;
  readonly locationId: string;
};

export type EscrowRow = typeof escrows.$inferSelect;
export type LeaseRow = typeof leases.$inferSelect;

export function escrowOf(row: EscrowRow): Escrow {
  const { n, pool, leased, reserved, spent, burned } = row;
  return { n, pool, leased, reserved, spent, burned };
}

export function leaseOf(row: LeaseRow): Lease {
  const { status, granted, claimed, held, spent, returned, burned } = row;
  const places = { status, granted, held, spent, returned, burned };
  return claimed === null ? places : { ...places, claimed };
}

/** Escrows in the order of their ids: everybody locks them so, and nobody waits in a circle. */
export async function lockEscrows(tx: Db, offerIds: readonly string[]): Promise<Map<string, Escrow>> {
  if (offerIds.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(escrows)
    .where(inArray(escrows.offerId, [...offerIds]))
    .orderBy(escrows.offerId)
    .for('update');
  return new Map(rows.map((row) => [row.offerId, escrowOf(row)]));
}

/** The leases of one incarnation; lock the escrows first. */
export async function lockLeases(
  tx: Db,
  holder: Pick<LeaseHolder, 'ledgerId' | 'incarnation'>,
  offerIds?: readonly string[],
): Promise<LeaseRow[]> {
  if (offerIds?.length === 0) return [];
  return tx
    .select()
    .from(leases)
    .where(
      and(
        eq(leases.ledgerId, holder.ledgerId),
        eq(leases.incarnation, holder.incarnation),
        offerIds === undefined ? undefined : inArray(leases.offerId, [...offerIds]),
      ),
    )
    .orderBy(leases.offerId)
    .for('update');
}

export async function writeEscrow(tx: Db, offerId: string, escrow: Escrow): Promise<void> {
  await tx.update(escrows).set(escrow).where(eq(escrows.offerId, offerId));
}

/** Writes both sides of a move. @returns the id of the lease, which is made when `leaseId` is not given */
export async function writeHeld(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  offerId: string,
  leaseId: string | undefined,
  { escrow, lease }: Held,
): Promise<string> {
  await writeEscrow(tx, offerId, escrow);
  if (leaseId !== undefined) {
    await tx.update(leases).set(lease).where(eq(leases.id, leaseId));
    return leaseId;
  }
  const id = newId(centre.ports);
  await tx.insert(leases).values({
    id,
    offerId,
    ledgerId: holder.ledgerId,
    incarnation: holder.incarnation,
    createdAt: centre.ports.now(),
    ...lease,
  });
  return id;
}
