import { and, eq } from 'drizzle-orm';
import { type Centre, newId } from '../centre.ts';
import type { Db } from '../store/db.ts';
import { type IncidentSide, incidents } from '../store/schema.ts';

export type NewIncident = {
  /** Same facts, same key: an event that arrives twice opens one incident. */
  readonly dedupeKey: string;
  readonly kind: 'over_redemption' | 'fork' | 'quarantine';
  readonly ledgerId?: string | undefined;
  readonly offerId?: string | undefined;
  readonly couponId?: string | undefined;
  readonly redemptionId?: string | undefined;
  readonly currency?: string | undefined;
  readonly costMinor?: number | undefined;
  readonly sides: readonly IncidentSide[];
};

export async function openIncident(tx: Db, centre: Centre, incident: NewIncident): Promise<void> {
  await tx
    .insert(incidents)
    .values({ id: newId(centre.ports), status: 'open', createdAt: centre.ports.now(), ...incident })
    .onConflictDoNothing({ target: incidents.dedupeKey });
}

/** The excess went away by itself: one of its redemptions was taken back. */
export async function closeOverRedemption(
  tx: Db,
  which: { readonly redemptionId: string } | { readonly couponId: string },
  at: number,
): Promise<boolean> {
  const match =
    'redemptionId' in which
      ? eq(incidents.redemptionId, which.redemptionId)
      : eq(incidents.couponId, which.couponId);
  const [open] = await tx
    .select({ id: incidents.id })
    .from(incidents)
    .where(and(match, eq(incidents.kind, 'over_redemption'), eq(incidents.status, 'open')))
    .orderBy(incidents.createdAt)
    .limit(1)
    .for('update');
  if (open === undefined) return false;
  await tx
    .update(incidents)
    .set({ status: 'resolved', resolution: 'voided', resolvedAt: at })
    .where(eq(incidents.id, open.id));
  return true;
}
