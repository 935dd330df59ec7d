import { and, eq } from 'drizzle-orm';
import type { LedgerEvent } from '../../shared/contracts/ledger-events.ts';
import { type Escrow, type Held, type Lease, NO_LEASE } from '../../shared/redemption/escrow.ts';
import type { Guards } from '../../shared/redemption/guards.ts';
import { type CampaignCount, countCampaigns } from '../campaigns/limits.ts';
import type { Centre } from '../centre.ts';
import {
  type LeaseHolder,
  leaseOf,
  lockEscrows,
  lockLeases,
  writeEscrow,
  writeHeld,
} from '../escrow/held.ts';
import { type Announcement, announce } from '../feed/announce.ts';
import { type CouponRow, lockCoupons } from '../redemptions/find-coupon.ts';
import type { RedemptionRow } from '../redemptions/take-uses.ts';
import { anyOf } from '../store/any-of.ts';
import type { Db } from '../store/db.ts';
import { insertMany } from '../store/insert-many.ts';
import { queryNamed } from '../store/named.ts';
import { budgets, leases, locations, redemptions } from '../store/schema.ts';

/** A lease as it stands in this push; without an id it is not written yet. */
type LeaseState = { readonly id: string | undefined; readonly lease: Lease };

/**
 * Everything that one push touches, read under its locks at once, changed in memory event by event, and written at
 * once: a push of 500 redemptions costs as many statements as one of five.
 */
export type PushWork = {
  readonly holder: LeaseHolder;
  readonly locationName: string;
  readonly escrows: Map<string, Escrow>;
  readonly leases: Map<string, LeaseState>;
  readonly coupons: Map<string, CouponRow>;
  readonly redemptions: Map<string, RedemptionRow>;
  /** Made by this push; also in `redemptions`. */
  readonly added: Map<string, RedemptionRow>;
  /** Voided or refunded by this push, known before it. */
  readonly changed: Map<string, RedemptionRow>;
  readonly usedCoupons: Set<string>;
  readonly movedOffers: Set<string>;
  /** Offers with a budget: the money of all others need not be looked for. */
  readonly budgeted: Set<string>;
  /** What the limited campaigns have given, by their offers. */
  readonly campaigns: Map<string, CampaignCount>;
  /** Offers of which money may have come back to the pool. */
  readonly movedBudgets: Set<string>;
  /** Offers of which the ledger gave rights back, as it was asked to. */
  readonly obeyed: Set<string>;
  readonly guards: Guards | undefined;
};

export async function beginPush(
  tx: Db,
  holder: LeaseHolder,
  events: readonly LedgerEvent[],
  guards?: Guards | undefined,
): Promise<PushWork> {
  const offerIds = new Set<string>();
  const couponIds = new Set<string>();
  const redemptionIds = new Set<string>();
  for (const event of events) {
    if (event.type === 'lease.received' || event.type === 'lease.returned')
      offerIds.add(event.payload.offerId);
    if (event.type === 'code.received' || event.type === 'code.returned')
      couponIds.add(event.payload.couponId);
    const parts = event.type === 'redemption.refunded' ? event.payload.redemptions : [];
    for (const part of parts) {
      offerIds.add(part.offerId);
      couponIds.add(part.couponId);
      redemptionIds.add(part.redemptionId);
    }
    if (event.type !== 'redemption.redeemed' && event.type !== 'redemption.voided') continue;
    offerIds.add(event.payload.offerId);
    couponIds.add(event.payload.couponId);
    redemptionIds.add(event.payload.redemptionId);
  }
  const [location] = await tx
    .select({ name: locations.name })
    .from(locations)
    .where(eq(locations.id, holder.locationId));
  const offers = [...offerIds].sort();
  const campaigns = await countCampaigns(tx, offers);
  const escrows = await lockEscrows(tx, offers);
  const own = await lockLeases(tx, holder, offers);
  return {
    holder,
    locationName: location?.name ?? '',
    escrows,
    leases: new Map(own.map((row) => [row.offerId, { id: row.id, lease: leaseOf(row) }])),
    coupons: new Map((await lockCoupons(tx, [...couponIds])).map((row) => [row.id, row])),
    redemptions: new Map((await findRedemptions(tx, [...redemptionIds])).map((row) => [row.id, row])),
    added: new Map(),
    changed: new Map(),
    usedCoupons: new Set(),
    movedOffers: new Set(),
    budgeted: await budgetedOf(tx, offers),
    campaigns,
    movedBudgets: new Set(),
    obeyed: new Set(),
    guards,
  };
}

async function budgetedOf(tx: Db, offerIds: readonly string[]): Promise<Set<string>> {
  if (offerIds.length === 0) return new Set();
  const rows = await tx
    .select({ offerId: budgets.offerId })
    .from(budgets)
    .where(anyOf(budgets.offerId, offerIds));
  return new Set(rows.map(({ offerId }) => offerId));
}

async function findRedemptions(tx: Db, ids: readonly string[]): Promise<RedemptionRow[]> {
  if (ids.length === 0) return [];
  return tx.select().from(redemptions).where(anyOf(redemptions.id, ids));
}

/** The rights of an offer as this ledger holds them; `undefined`: the offer has no limit. */
export function heldOf(work: PushWork, offerId: string): Held | undefined {
  const escrow = work.escrows.get(offerId);
  return escrow && { escrow, lease: work.leases.get(offerId)?.lease ?? NO_LEASE };
}

export function setHeld(work: PushWork, offerId: string, held: Held): void {
  work.escrows.set(offerId, held.escrow);
  work.leases.set(offerId, { id: work.leases.get(offerId)?.id, lease: held.lease });
  work.movedOffers.add(offerId);
}

export async function endPush(tx: Db, centre: Centre, work: PushWork): Promise<void> {
  for (const offerId of [...work.movedOffers].sort()) {
    const held = heldOf(work, offerId);
    const state = work.leases.get(offerId);
    // An offer whose rights all came from the pool leaves no lease behind; what is claimed must not be forgotten.
    const { granted = 0, claimed } = state?.lease ?? {};
    const worthARow = state?.id !== undefined || granted > 0 || claimed !== undefined;
    if (held !== undefined && worthARow) {
      const leaseId = await writeHeld(tx, centre, work.holder, offerId, state?.id, held);
      nameLease(work, offerId, leaseId);
    }
    if (held !== undefined && !worthARow) await writeEscrow(tx, offerId, held.escrow);
  }
  for (const offerId of work.obeyed) {
    const { ledgerId, incarnation } = work.holder;
    await tx
      .update(leases)
      .set({ keep: null })
      .where(
        and(eq(leases.offerId, offerId), eq(leases.ledgerId, ledgerId), eq(leases.incarnation, incarnation)),
      );
  }
  await writeUses(tx, work);
  await insertMany(tx, redemptions, [...work.added.values()]);
  for (const row of work.changed.values()) {
    await tx
      .update(redemptions)
      .set({
        status: row.status,
        voidedAt: row.voidedAt,
        voidReason: row.voidReason,
        returnedMinor: row.returnedMinor,
      })
      .where(eq(redemptions.id, row.id));
  }
  await announce(tx, usesToTell(work));
}

/** Redemptions of this push whose lease got its id only now. */
function nameLease(work: PushWork, offerId: string, leaseId: string): void {
  for (const row of work.added.values()) {
    if (row.offerId === offerId && row.paidBy === 'lease' && row.leaseId === null)
      work.added.set(row.id, { ...row, leaseId });
  }
}

/** All counters in one statement; the rows are locked already. */
async function writeUses(tx: Db, work: PushWork): Promise<void> {
  const rows = [...work.usedCoupons].flatMap((id) => work.coupons.get(id) ?? []);
  if (rows.length === 0) return;
  const values = rows.map(({ id, used, lastUsedAt, lastUsedWhere }) => ({
    id,
    used,
    lastUsedAt,
    lastUsedWhere,
  }));
  await queryNamed(
    tx,
    'push_uses',
    `UPDATE coupons SET used = v.used, last_used_at = v."lastUsedAt", last_used_where = v."lastUsedWhere"
    FROM jsonb_to_recordset($1::jsonb) AS v (id uuid, used bigint, "lastUsedAt" bigint, "lastUsedWhere" text)
    WHERE coupons.id = v.id`,
    [JSON.stringify(values)],
  );
}

/** Other locations learn of the uses of codes that have a limit of their own. */
function usesToTell(work: PushWork): Announcement[] {
  return [...work.usedCoupons].flatMap((id) => {
    const coupon = work.coupons.get(id);
    return coupon === undefined || coupon.maxUses === null
      ? []
      : [
          {
            kind: 'codeUse' as const,
            ref: id,
            locationId: coupon.locationId,
            ofLedger: work.holder.ledgerId,
          },
        ];
  });
}
