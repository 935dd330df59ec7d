import { eq } from 'drizzle-orm';
import type { Basket } from '../../shared/engine/types.ts';
import type { Db } from '../store/db.ts';
import { redemptions, reservations, sales } from '../store/schema.ts';
import type { RedemptionRow, ReservationRow } from './take-uses.ts';

/** The record of an id that was used before: a retry gets the first answer. */
export async function findRedemption(db: Db, id: string): Promise<RedemptionRow | undefined> {
  const [row] = await db.select().from(redemptions).where(eq(redemptions.id, id));
  return row;
}

export async function findReservation(db: Db, id: string, lock = false): Promise<ReservationRow | undefined> {
  const statement = db.select().from(reservations).where(eq(reservations.id, id));
  const [row] = await (lock ? statement.for('update') : statement);
  return row;
}

/** What was sold with it; `undefined` where the centre was not told, as by an import. */
export async function basketOf(db: Db, row: RedemptionRow | ReservationRow): Promise<Basket | undefined> {
  if ('sale' in row) return row.sale?.basket;
  if (row.saleId === null) return undefined;
  const [sale] = await db.select({ basket: sales.basket }).from(sales).where(eq(sales.id, row.saleId));
  return sale?.basket;
}
