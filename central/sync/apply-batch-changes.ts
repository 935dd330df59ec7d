import { and, between, eq, sql } from 'drizzle-orm';
import type { LedgerEvent } from '../../shared/contracts/ledger-events.ts';
import type { Db } from '../store/db.ts';
import { coupons, redemptions, reservations } from '../store/schema.ts';
import type { PushWork } from './push-work.ts';

type Of<T extends LedgerEvent['type']> = Extract<LedgerEvent, { type: T }>;

/** Cards of the ledger's own location that were voided there by their serials, or made valid again. */
export async function applyStatusSet(
  tx: Db,
  work: PushWork,
  { payload, at }: Of<'codes.statusSet'>,
): Promise<undefined> {
  const { batchId, firstSerial, lastSerial, status } = payload;
  const changed = await tx
    .update(coupons)
    .set({ status, version: sql`${coupons.version} + 1`, updatedAt: at })
    .where(
      and(
        eq(coupons.batchId, batchId),
        between(coupons.serial, firstSerial, lastSerial),
        eq(coupons.locationId, work.holder.locationId),
      ),
    )
    .returning();
  refresh(work, changed);
}

/** A batch that was cancelled, or an import that was undone: its codes go, so that they may come with another one. */
export async function applyWithdrawn(
  tx: Db,
  work: PushWork,
  { payload, at }: Of<'batch.withdrawn'>,
): Promise<undefined> {
  const ofBatch = and(eq(coupons.batchId, payload.batchId), eq(coupons.locationId, work.holder.locationId));
  const gone = await tx
    .delete(coupons)
    .where(
      and(
        ofBatch,
        sql`NOT EXISTS (SELECT 1 FROM ${redemptions} WHERE ${redemptions.couponId} = ${coupons.id})`,
        sql`NOT EXISTS (SELECT 1 FROM ${reservations} WHERE ${reservations.couponId} = ${coupons.id})`,
      ),
    )
    .returning({ id: coupons.id });
  for (const { id } of gone) work.coupons.delete(id);
  const kept = await tx
    .update(coupons)
    .set({ status: 'void', version: sql`${coupons.version} + 1`, updatedAt: at })
    .where(ofBatch)
    .returning();
  refresh(work, kept);
}

/** What the rest of the push works with; what it counted meanwhile stays counted. */
function refresh(work: PushWork, rows: readonly (typeof coupons.$inferSelect)[]): void {
  for (const row of rows) {
    const known = work.coupons.get(row.id);
    if (known) work.coupons.set(row.id, { ...known, status: row.status, version: row.version });
  }
}
