import { eq, sql } from 'drizzle-orm';
import { type Escrow, resizeEscrow } from '../../shared/redemption/escrow.ts';
import { isOn } from '../../shared/redemption/guards.ts';
import type { Centre } from '../centre.ts';
import type { Db } from '../store/db.ts';
import { escrows } from '../store/schema.ts';
import { escrowOf, writeEscrow } from './held.ts';

/** The places in which a right of a limited offer can be. The database checks that they add up to `n`. */
export type EscrowPlace = 'pool' | 'leased' | 'reserved' | 'spent' | 'burned';

export async function createEscrow(
  tx: Db,
  offerId: string,
  n: number,
  place: Extract<EscrowPlace, 'pool' | 'leased'>,
): Promise<void> {
  await tx.insert(escrows).values({
    offerId,
    n,
    pool: place === 'pool' ? n : 0,
    leased: place === 'leased' ? n : 0,
    reserved: 0,
    spent: 0,
    burned: 0,
  });
}

const columns = {
  pool: escrows.pool,
  leased: escrows.leased,
  reserved: escrows.reserved,
  spent: escrows.spent,
  burned: escrows.burned,
} as const;

/** Moves one right of an offer; `false` when `from` holds none, or the offer has no limit. */
export async function moveRight(
  tx: Db,
  offerId: string,
  from: EscrowPlace,
  to: EscrowPlace,
): Promise<boolean> {
  const rows = await tx
    .update(escrows)
    .set({ [from]: sql`${columns[from]} - 1`, [to]: sql`${columns[to]} + 1` })
    .where(sql`${escrows.offerId} = ${offerId} AND ${columns[from]} >= 1`)
    .returning({ offerId: escrows.offerId });
  return rows.length === 1;
}

/** Brings the number of rights to what the terms say now. */
export async function settleEscrow(tx: Db, centre: Centre, offerId: string, target: number): Promise<void> {
  const [row] = await tx.select().from(escrows).where(eq(escrows.offerId, offerId)).for('update');
  if (row !== undefined) await writeEscrow(tx, offerId, resized(centre, escrowOf(row), target));
}

/** See `resizeEscrow`: what ledgers hold is not taken from them, it is waited for. */
export function resized({ ports }: Centre, before: Escrow, target: number): Escrow {
  const escrow = resizeEscrow(before, target);
  if (isOn(ports.guards, 'lowering_takes_only_the_pool')) return escrow;
  const taken = Math.min(Math.max(0, escrow.n - target), escrow.leased);
  return { ...escrow, n: escrow.n - taken, leased: escrow.leased - taken };
}
