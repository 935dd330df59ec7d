import { and, eq, type SQL } from 'drizzle-orm';
import type { Incident } from '../../shared/contracts/incident.ts';
import { excessUses } from '../../shared/redemption/code-uses.ts';
import { type Centre, newId } from '../centre.ts';
import { announce } from '../feed/announce.ts';
import type { Db } from '../store/db.ts';
import { coupons, type IncidentSide, incidents, ledgers } from '../store/schema.ts';

export type IncidentRow = typeof incidents.$inferSelect;

export type NewIncident = {
  /** Same facts, same key: an event that arrives twice opens one incident. */
  readonly dedupeKey: string;
  readonly kind: IncidentRow['kind'];
  readonly ledgerId?: string | undefined;
  readonly offerId?: string | undefined;
  readonly couponId?: string | undefined;
  readonly redemptionId?: string | undefined;
  readonly currency?: string | undefined;
  readonly costMinor?: number | undefined;
  readonly sides: readonly IncidentSide[];
};

export async function openIncident(tx: Db, centre: Centre, incident: NewIncident): Promise<void> {
  const [row] = await tx
    .insert(incidents)
    .values({ id: newId(centre.ports), status: 'open', createdAt: centre.ports.now(), ...incident })
    .onConflictDoNothing({ target: incidents.dedupeKey })
    .returning();
  if (row !== undefined) await announceIncident(tx, row);
}

/** The locations on its sides learn of it, and the one whose ledger it is about. */
async function announceIncident(tx: Db, row: IncidentRow): Promise<void> {
  const locations = new Set<string>();
  for (const { locationId } of row.sides) if (typeof locationId === 'string') locations.add(locationId);
  if (row.ledgerId !== null) {
    const [ledger] = await tx
      .select({ locationId: ledgers.locationId })
      .from(ledgers)
      .where(eq(ledgers.id, row.ledgerId));
    if (ledger !== undefined) locations.add(ledger.locationId);
  }
  await announce(
    tx,
    [...locations].map((locationId) => ({ kind: 'incident' as const, ref: row.id, locationId })),
  );
}

export type Decision = {
  readonly outcome: NonNullable<Incident['outcome']>;
  readonly recoveredFrom?: string | undefined;
  readonly note?: string | undefined;
  readonly by?: string | undefined;
};

/** Closes what is open; what was decided stays decided. @returns what was closed */
export async function closeIncidents(
  tx: Db,
  which: SQL | undefined,
  { outcome, recoveredFrom, note, by }: Decision,
  at: number,
): Promise<IncidentRow[]> {
  const rows = await tx
    .update(incidents)
    .set({
      status: 'resolved',
      outcome,
      resolution: note ?? outcome,
      recoveredFrom: recoveredFrom ?? null,
      resolvedBy: by ?? null,
      resolvedAt: at,
    })
    .where(and(which, eq(incidents.status, 'open')))
    .returning();
  for (const row of rows) await announceIncident(tx, row);
  return rows;
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
  await closeIncidents(tx, eq(incidents.id, open.id), { outcome: 'voided' }, at);
  return true;
}

/**
 * What was missing for a use was found after all. A code that is still past its own limit stays an incident: there is
 * one open for each use too many.
 */
export async function coverOverRedemption(
  tx: Db,
  { id, couponId }: { readonly id: string; readonly couponId: string | null },
  at: number,
): Promise<void> {
  const isOver = eq(incidents.kind, 'over_redemption');
  const [code] =
    couponId === null
      ? []
      : await tx
          .select({ id: coupons.id, used: coupons.used, maxUses: coupons.maxUses })
          .from(coupons)
          .where(eq(coupons.id, couponId));
  const excess = code === undefined ? 0 : excessUses(code);
  if (code !== undefined && excess > 0) {
    const ofCode = and(isOver, eq(incidents.couponId, code.id), eq(incidents.status, 'open'));
    if ((await tx.$count(incidents, ofCode)) <= excess) return;
  }
  await closeIncidents(tx, and(isOver, eq(incidents.redemptionId, id)), { outcome: 'covered' }, at);
}

/** As a ledger is told it. */
export function describeIncident(row: IncidentRow): Incident {
  const optional = {
    ledgerId: row.ledgerId,
    offerId: row.offerId,
    couponId: row.couponId,
    redemptionId: row.redemptionId,
    currency: row.currency,
    costMinor: row.costMinor,
    outcome: row.outcome,
    recoveredFrom: row.recoveredFrom,
    note: row.resolution !== row.outcome ? row.resolution : null,
    resolvedBy: row.resolvedBy,
    resolvedAt: row.resolvedAt,
  };
  const known = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null));
  const { id, kind, status, createdAt } = row;
  // Only the columns that have a value were kept.
  return { id, kind, status, createdAt, sides: row.sides.map((side) => ({ ...side })), ...known } as Incident;
}
