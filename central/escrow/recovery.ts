import { and, eq, lt, sql } from 'drizzle-orm';
import { settleBudget } from '../budgets/budgets.ts';
import type { Centre } from '../centre.ts';
import type { Db } from '../store/db.ts';
import { transact } from '../store/retry.ts';
import { budgets, escrows, incarnations, ledgers, serverState } from '../store/schema.ts';
import { settleOffer } from './settle.ts';

/** Who has not told yet what the centre may have lost. */
export type Recovery = {
  readonly recovering: boolean;
  readonly ordersMissing: boolean;
  readonly silent: readonly {
    readonly locationId: string;
    readonly ledgerId: string;
    readonly incarnation: number;
  }[];
};

export async function recoveryState(db: Db, centre: Centre): Promise<Recovery> {
  const [state] = await db.select().from(serverState);
  const silent = await db
    .select({
      locationId: ledgers.locationId,
      ledgerId: incarnations.ledgerId,
      incarnation: incarnations.incarnation,
    })
    .from(incarnations)
    .innerJoin(ledgers, eq(ledgers.id, incarnations.ledgerId))
    .where(and(eq(incarnations.status, 'active'), lt(incarnations.reportedEpoch, centre.store.epoch)))
    .orderBy(incarnations.ledgerId, incarnations.incarnation);
  return { recovering: state?.recovering ?? false, ordersMissing: state?.ordersMissing ?? false, silent };
}

/** The orders of the web shop were given again, and every location that ever joined is known again. */
export async function confirmOrders(tx: Db, centre: Centre): Promise<void> {
  await tx.update(serverState).set({ ordersMissing: false });
  await endRecovery(tx, centre);
}

/** Ends the freeze when nobody is missing any more. */
export async function endRecovery(tx: Db, centre: Centre): Promise<void> {
  if (!centre.store.startedRecovering) return;
  await tx.execute(sql`SELECT 1 FROM server_state FOR UPDATE`);
  const { recovering, ordersMissing, silent } = await recoveryState(tx, centre);
  if (!recovering || ordersMissing || silent.length > 0) return;
  await tx.update(serverState).set({ recovering: false });
  await settleAll(tx, centre);
}

/**
 * The holds of a backup ended when the store was opened: what they held is in the pools again. Whoever starts before
 * that was settled settles it, so that a centre which is killed in between hands nothing out twice.
 */
export async function settleEndedHolds(centre: Centre): Promise<void> {
  if (!centre.store.startedRecovering) return;
  await transact(centre.db, (tx) => settleAll(tx, centre));
}

async function settleAll(tx: Db, centre: Centre): Promise<void> {
  const rows = await tx.select({ offerId: escrows.offerId }).from(escrows).orderBy(escrows.offerId);
  for (const { offerId } of rows) await settleOffer(tx, centre, offerId);
  const money = await tx.select({ offerId: budgets.offerId }).from(budgets).orderBy(budgets.offerId);
  for (const { offerId } of money) await settleBudget(tx, centre, offerId);
}
