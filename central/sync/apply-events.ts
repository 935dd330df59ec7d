import { and, eq, inArray } from 'drizzle-orm';
import { canonicalCode } from '../../shared/codes/canonical-code.ts';
import type { LedgerEvent } from '../../shared/contracts/ledger-events.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import {
  NO_LEASE,
  relearnGrant,
  reportReturned,
  reportSpent,
  reportVoided,
} from '../../shared/redemption/escrow.ts';
import { isOn } from '../../shared/redemption/guards.ts';
import {
  leaseWholeBudget,
  relearnBudget,
  returnBudget,
  spendBudget,
  unspendBudget,
} from '../budgets/budgets.ts';
import type { Centre } from '../centre.ts';
import { newId } from '../centre.ts';
import { isFrozen } from '../escrow/frozen.ts';
import { type LeaseHolder, leaseOf, lockEscrows } from '../escrow/held.ts';
import { settleOffer } from '../escrow/settle.ts';
import { applyCodeReceived, applyCodeReturned } from '../homes/apply.ts';
import { bellOf } from '../homes/bell.ts';
import { answeredAbout } from '../homes/homes.ts';
import { closeOverRedemption, openIncident } from '../incidents/incidents.ts';
import { resolveIncident } from '../incidents/resolve.ts';
import { addOffer, changeOffer } from '../offers/offers.ts';
import type { RedemptionRow } from '../redemptions/take-uses.ts';
import type { Db } from '../store/db.ts';
import { isDiskFull, isUnavailable, sqlFault } from '../store/retry.ts';
import { batches, coupons, type IncidentSide, incidents, leases, offers } from '../store/schema.ts';
import { applyStatusSet, applyWithdrawn } from './apply-batch-changes.ts';
import { beginPush, endPush, heldOf, otherUses, type PushWork, setHeld } from './push-work.ts';

type Of<T extends LedgerEvent['type']> = Extract<LedgerEvent, { type: T }>;

/**
 * Applies the events of one push in their order. Applying one twice changes nothing: everything that an event makes
 * bears an id which the ledger gave it.
 * @returns why some could not be applied, by their sequence number
 */
export async function applyEvents(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  events: readonly LedgerEvent[],
): Promise<Map<number, Refusal>> {
  const work = await beginPush(tx, holder, events, centre.ports.guards);
  const refused = new Map<number, Refusal>();
  const replays: Of<'incident.resolved'>[] = [];
  for (const event of events) {
    // Replaying is a push by itself: it must find written what this one counts.
    if (event.type === 'incident.resolved' && event.payload.outcome === 'replayed') {
      replays.push(event);
      continue;
    }
    const why = await applyEvent(tx, centre, work, event);
    if (why !== undefined) refused.set(event.seq, why);
  }
  await endPush(tx, centre, work);
  for (const event of replays) {
    const why = await applyIncidentResolved(tx, centre, work, event);
    if (why !== undefined) refused.set(event.seq, why);
  }
  for (const couponId of work.usedCoupons) bellOf(centre.store).ring(answeredAbout(couponId));
  for (const offerId of [...work.movedOffers].sort()) await settleOffer(tx, centre, offerId);
  return refused;
}

/**
 * The same, each event by itself: for a push of which the store refused something. What it refuses is set aside and the
 * rest goes on, at the cost of a savepoint and the locks of every single event.
 */
export async function applyEventsApart(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  events: readonly LedgerEvent[],
): Promise<Map<number, Refusal>> {
  const refused = new Map<number, Refusal>();
  for (const event of events) {
    try {
      const one = await tx.transaction((savepoint) => applyEvents(savepoint, centre, holder, [event]));
      for (const [seq, why] of one) refused.set(seq, why);
    } catch (error) {
      if (isUnavailable(error) || isDiskFull(error)) throw error;
      const fault = sqlFault(error);
      const why = fault === undefined ? 'it contradicts what is known' : 'the store refuses it';
      refused.set(event.seq, refusal('conflict', { why, ...fault }));
    }
  }
  return refused;
}

async function applyEvent(
  tx: Db,
  centre: Centre,
  work: PushWork,
  event: LedgerEvent,
): Promise<Refusal | undefined> {
  switch (event.type) {
    case 'redemption.redeemed':
      return applyRedeemed(tx, centre, work, event);
    case 'redemption.voided':
      return applyVoided(tx, work, event);
    case 'redemption.refunded':
      return applyRefunded(tx, work, event);
    case 'offer.created':
      return applyOffer(tx, centre, work, event);
    case 'offer.changed':
      return applyChanged(tx, centre, work, event);
    case 'offer.paused':
      return applyPaused(tx, centre, work, event);
    case 'batch.created':
      return applyBatch(tx, work, event);
    case 'codes.added':
      return applyCodes(tx, work, event);
    case 'codes.statusSet':
      return applyStatusSet(tx, work, event);
    case 'batch.withdrawn':
      return applyWithdrawn(tx, work, event);
    case 'code.received':
      return applyCodeReceived(tx, work, event);
    case 'code.returned':
      return applyCodeReturned(tx, centre, work, event);
    case 'budget.received':
      await relearnBudget(tx, centre, work.holder, event.payload.offerId, event.payload.totalMinor);
      return undefined;
    case 'budget.returned':
      await returnBudget(tx, centre, work.holder, event.payload.offerId, event.payload.amountMinor);
      return undefined;
    case 'incident.resolved':
      return applyIncidentResolved(tx, centre, work, event);
    case 'clock.setBack':
      return openClockIncident(tx, centre, work, event);
    case 'lease.received':
      return applyLeaseReceived(work, event);
    case 'lease.returned':
      return applyLeaseReturned(work, event);
    default:
      // Sign-ins, holds, refused attempts and faults are kept as they were written; nothing here follows from them.
      return undefined;
  }
}

async function applyRedeemed(
  tx: Db,
  centre: Centre,
  work: PushWork,
  event: Of<'redemption.redeemed'>,
): Promise<undefined> {
  const { payload, at, incarnation } = event;
  if (work.redemptions.has(payload.redemptionId)) return;
  const coupon = work.coupons.get(payload.couponId);
  const paid = payWithRight(work, payload.offerId, {
    // What was accepted at risk took none of the ledger's rights: they are all still there.
    mayUseLease: payload.leaseId !== undefined,
    mayUsePool: await mayUsePool(tx, centre, payload.offerId),
  });
  const row: RedemptionRow = {
    id: payload.redemptionId,
    offerId: payload.offerId,
    offerVersion: payload.offerVersion,
    // An automatic offer needs no code: the ledger counts its uses under the offer's own id.
    couponId: payload.couponId === payload.offerId ? null : payload.couponId,
    basketId: payload.basketId,
    channel: payload.channel,
    locationId: work.holder.locationId,
    ledgerId: work.holder.ledgerId,
    incarnation,
    currency: payload.currency,
    subtotalMinor: payload.subtotalMinor,
    discountMinor: payload.discountMinor,
    shares: { lines: payload.lines, shipping: payload.shipping },
    customer: payload.customer ?? null,
    leaseId: paid === 'lease' ? (work.leases.get(payload.offerId)?.id ?? null) : null,
    atRisk: payload.atRisk,
    paidBy: paid,
    status: 'redeemed',
    redeemedAt: at,
    voidedAt: null,
    voidReason: null,
    receivedAt: centre.ports.now(),
    saleId: null,
    returnedMinor: 0,
  };
  const codeIsOver = coupon !== undefined && coupon.maxUses !== null && coupon.used >= coupon.maxUses;
  if (coupon !== undefined) {
    work.coupons.set(coupon.id, {
      ...coupon,
      used: coupon.used + 1,
      lastUsedAt: Math.max(coupon.lastUsedAt ?? 0, at),
      lastUsedWhere: at >= (coupon.lastUsedAt ?? 0) ? work.locationName : coupon.lastUsedWhere,
    });
    work.usedCoupons.add(coupon.id);
  }
  const owedMinor = await spendBudget(tx, centre, work.holder, event);
  const isExcess = codeIsOver || paid === 'nothing' || owedMinor > 0;
  if (isExcess && isOn(centre.ports.guards, 'excess_is_recorded')) {
    // Of a budget only what went past it; of a limit the whole discount.
    const costMinor = codeIsOver || paid === 'nothing' ? row.discountMinor : owedMinor;
    await recordExcess(tx, centre, work, row, costMinor);
  }
  work.redemptions.set(row.id, row);
  work.added.set(row.id, row);
}

/** The ledger's own right first; a use that was accepted at risk is served by the pool when it still can. */
function payWithRight(
  work: PushWork,
  offerId: string,
  { mayUseLease, mayUsePool }: { readonly mayUseLease: boolean; readonly mayUsePool: boolean },
): RedemptionRow['paidBy'] {
  const held = heldOf(work, offerId);
  if (held === undefined) return 'unlimited';
  const spent = mayUseLease ? reportSpent(held) : undefined;
  if (spent?.ok) {
    setHeld(work, offerId, spent.value);
    return 'lease';
  }
  if (held.escrow.pool === 0 || !mayUsePool) return 'nothing';
  const { escrow } = held;
  setHeld(work, offerId, { ...held, escrow: { ...escrow, pool: escrow.pool - 1, spent: escrow.spent + 1 } });
  return 'pool';
}

/** While a restored centre is not sure whose the rights of its pool are, what needs one is owed. */
async function mayUsePool(tx: Db, centre: Centre, offerId: string): Promise<boolean> {
  if (!centre.store.startedRecovering) return true;
  const [offer] = await tx.select({ terms: offers.terms }).from(offers).where(eq(offers.id, offerId));
  return offer !== undefined && !(await isFrozen(tx, centre, offer.terms));
}

const MAX_SIDES = 5;

/** A sale that happened is never refused afterwards: the excess is counted, priced and shown with both sides. */
async function recordExcess(
  tx: Db,
  centre: Centre,
  work: PushWork,
  row: RedemptionRow,
  costMinor: number,
): Promise<void> {
  const stored = row.couponId === null ? [] : await otherUses(tx, row.couponId, MAX_SIDES);
  const here = [...work.added.values()].filter((one) => one.couponId === row.couponId).slice(-MAX_SIDES);
  await openIncident(tx, centre, {
    dedupeKey: `over ${row.id}`,
    kind: 'over_redemption',
    ledgerId: work.holder.ledgerId,
    offerId: row.offerId,
    couponId: row.couponId ?? undefined,
    redemptionId: row.id,
    currency: row.currency,
    costMinor,
    sides: [row, ...here, ...stored].slice(0, MAX_SIDES + 1).map((one) => ({
      redemptionId: one.id,
      locationId: one.locationId,
      channel: one.channel,
      at: one.redeemedAt,
      discountMinor: one.discountMinor,
    })),
  });
}

async function applyVoided(
  tx: Db,
  work: PushWork,
  { payload, at }: Of<'redemption.voided'>,
): Promise<Refusal | undefined> {
  const row = work.redemptions.get(payload.redemptionId);
  if (row === undefined) return refusal('redemption_unknown', { why: 'its redemption was never sent' });
  if (row.ledgerId !== work.holder.ledgerId)
    return refusal('forbidden', { why: 'another ledger redeemed it' });
  if (row.status === 'redeemed') {
    await unspendBudget(tx, row.id, row.offerId);
    await takeUseBack(tx, work, { ...row, status: 'voided', voidedAt: at, voidReason: payload.reason }, at);
  }
  return undefined;
}

/** Goods of a sale came back at the till; where the offer's policy says so, the use with them. */
async function applyRefunded(
  tx: Db,
  work: PushWork,
  { payload, at }: Of<'redemption.refunded'>,
): Promise<Refusal | undefined> {
  for (const { redemptionId } of payload.redemptions) {
    const row = work.redemptions.get(redemptionId);
    if (row === undefined) return refusal('redemption_unknown', { why: 'its redemption was never sent' });
    if (row.ledgerId !== work.holder.ledgerId)
      return refusal('forbidden', { why: 'another ledger redeemed it' });
    if (row.status === 'voided') return refusal('already_voided', { at: row.voidedAt ?? 0 });
  }
  for (const { redemptionId, returnedInAllMinor, useBack } of payload.redemptions) {
    const row = work.redemptions.get(redemptionId);
    assert(row !== undefined, 'it was looked at above');
    const returnedMinor = Math.max(row.returnedMinor, Math.min(returnedInAllMinor, row.discountMinor));
    const after = { ...row, returnedMinor };
    await unspendBudget(tx, row.id, row.offerId, returnedMinor - row.returnedMinor);
    if (useBack && row.status === 'redeemed') {
      await takeUseBack(tx, work, { ...after, status: 'refunded' }, at);
    } else setRedemption(work, after);
  }
  return undefined;
}

function setRedemption(work: PushWork, row: RedemptionRow): void {
  work.redemptions.set(row.id, row);
  (work.added.has(row.id) ? work.added : work.changed).set(row.id, row);
}

/** The use of a redemption is free again, where it was spent. */
async function takeUseBack(tx: Db, work: PushWork, after: RedemptionRow, at: number): Promise<void> {
  await giveBack(tx, work, after);
  setRedemption(work, after);
  const coupon = after.couponId === null ? undefined : work.coupons.get(after.couponId);
  const closed = await closeOverRedemption(tx, { redemptionId: after.id }, at);
  if (coupon === undefined) return;
  const wasOver = coupon.maxUses !== null && coupon.used > coupon.maxUses;
  work.coupons.set(coupon.id, { ...coupon, used: Math.max(0, coupon.used - 1) });
  work.usedCoupons.add(coupon.id);
  // One of two uses of the same code is gone: the other one is no excess any more.
  if (wasOver && !closed) await closeOverRedemption(tx, { couponId: coupon.id }, at);
}

async function giveBack(tx: Db, work: PushWork, row: RedemptionRow): Promise<void> {
  const held = heldOf(work, row.offerId);
  if (held === undefined) return;
  const { escrow, lease } = held;
  if (row.paidBy === 'pool')
    setHeld(work, row.offerId, {
      ...held,
      escrow: { ...escrow, spent: escrow.spent - 1, pool: escrow.pool + 1 },
    });
  if (row.paidBy !== 'lease') return;
  const own = work.leases.get(row.offerId);
  if (row.leaseId === null || own?.id === row.leaseId) {
    const stays = isOn(work.guards, 'voids_go_back_to_their_lease');
    const pooled = {
      escrow: { ...escrow, spent: escrow.spent - 1, pool: escrow.pool + 1 },
      lease: { ...lease, spent: lease.spent - 1, returned: lease.returned + 1 },
    };
    setHeld(work, row.offerId, stays ? reportVoided(held) : pooled);
    return;
  }
  // It was spent from the lease of an earlier incarnation: there it goes back, and stays burned with it.
  const [old] = await tx.select().from(leases).where(eq(leases.id, row.leaseId)).for('update');
  assert(old !== undefined, 'a redemption names a lease that exists');
  const after = reportVoided({ escrow, lease: leaseOf(old) });
  await tx.update(leases).set(after.lease).where(eq(leases.id, old.id));
  setHeld(work, row.offerId, { ...held, escrow: after.escrow });
}

/** An offer that a ledger wrote: all of its rights are in that ledger's lease. */
async function applyOffer(
  tx: Db,
  centre: Centre,
  work: PushWork,
  { payload: { offer }, at }: Of<'offer.created'>,
): Promise<Refusal | undefined> {
  const [known] = await tx.select({ id: offers.id }).from(offers).where(eq(offers.id, offer.id));
  if (known !== undefined) return undefined;
  await addOffer(tx, centre, offer, { locationId: work.holder.locationId, createdAt: at });
  await leaseWholeBudget(tx, centre, work.holder, offer);
  const rights = offer.limits.total;
  if (rights === undefined) return undefined;
  const id = newId(centre.ports);
  const lease = { ...NO_LEASE, granted: rights, held: rights };
  await tx.insert(leases).values({
    id,
    offerId: offer.id,
    ledgerId: work.holder.ledgerId,
    incarnation: work.holder.incarnation,
    createdAt: centre.ports.now(),
    ...lease,
  });
  // Redemptions of it may follow in the same push.
  const escrow = (await lockEscrows(tx, [offer.id])).get(offer.id);
  assert(escrow !== undefined, 'a limited offer has its escrow');
  work.escrows.set(offer.id, escrow);
  work.leases.set(offer.id, { id, lease });
  return undefined;
}

/** Tells something new only after the centre was restored from a backup: then the ledger knows of grants that it lost. */
function applyLeaseReceived(work: PushWork, { payload }: Of<'lease.received'>): undefined {
  const held = heldOf(work, payload.offerId);
  if (held === undefined || held.lease.granted >= payload.total) return;
  setHeld(work, payload.offerId, relearnGrant(held, payload.total));
}

/** What a location wrote before it belonged here; afterwards only the centre writes, and its version is another. */
async function applyChanged(
  tx: Db,
  centre: Centre,
  work: PushWork,
  { payload: { offer } }: Of<'offer.changed'>,
): Promise<Refusal | undefined> {
  const [known] = await tx
    .select({ version: offers.version })
    .from(offers)
    .where(and(eq(offers.id, offer.id), eq(offers.locationId, work.holder.locationId)));
  if (known === undefined || known.version !== offer.version - 1) return undefined;
  const changed = await changeOffer(tx, centre, offer.id, known.version, () => offer);
  return changed.ok ? undefined : changed.error;
}

/** Pausing is a location's own matter; its own offer is paused at the centre too. */
async function applyPaused(
  tx: Db,
  centre: Centre,
  work: PushWork,
  { payload }: Of<'offer.paused'>,
): Promise<undefined> {
  const [offer] = await tx
    .select({ status: offers.status })
    .from(offers)
    .where(and(eq(offers.id, payload.offerId), eq(offers.locationId, work.holder.locationId)));
  const status = payload.paused ? 'paused' : 'active';
  if (offer === undefined || offer.status === 'archived' || offer.status === status) return;
  const changed = await changeOffer(tx, centre, payload.offerId, undefined, (terms) => ({
    ...terms,
    status,
  }));
  assert(changed.ok, 'only the status changes');
}

/** Rights of a burned lease stay burned: another copy of the ledger may have spent the very same ones. */
function applyLeaseReturned(work: PushWork, { payload }: Of<'lease.returned'>): undefined {
  const held = heldOf(work, payload.offerId);
  if (held === undefined) return;
  const { escrow, lease } = reportReturned(held, payload.count);
  setHeld(work, payload.offerId, { escrow, lease });
  work.obeyed.add(payload.offerId);
}

async function applyBatch(
  tx: Db,
  work: PushWork,
  { payload, at }: Of<'batch.created'>,
): Promise<Refusal | undefined> {
  const { batchId: id, offerId, name, format, count } = payload;
  const [offer] = await tx
    .select({ locationId: offers.locationId })
    .from(offers)
    .where(eq(offers.id, offerId));
  if (offer === undefined) return refusal('not_found', { what: 'offer' });
  if (offer.locationId !== work.holder.locationId)
    return refusal('forbidden', { why: 'not an offer of its own' });
  await tx.insert(batches).values({ id, offerId, name, format, count, createdAt: at }).onConflictDoNothing();
  return undefined;
}

/** Its own event may have been set aside. */
async function isBatchOf(tx: Db, batchId: string, offerId: string): Promise<boolean> {
  const [batch] = await tx.select({ offerId: batches.offerId }).from(batches).where(eq(batches.id, batchId));
  return batch?.offerId === offerId;
}

async function applyCodes(
  tx: Db,
  work: PushWork,
  { payload, at, incarnation }: Of<'codes.added'>,
): Promise<Refusal | undefined> {
  const { offerId, batchId, ids, codes, firstSerial, usesPerCode } = payload;
  const [offer] = await tx.select().from(offers).where(eq(offers.id, offerId));
  if (offer === undefined) return refusal('not_found', { what: 'offer' });
  if (offer.locationId !== work.holder.locationId)
    return refusal('forbidden', { why: 'not an offer of its own' });
  if (ids.length !== codes.length) return refusal('invalid_input', { why: 'every code has one id' });
  if (codes.some((code) => canonicalCode(code) !== code))
    return refusal('code_malformed', { why: 'codes are sent in canonical form' });
  if (ids.length === 0) return undefined;
  if (batchId !== undefined && !(await isBatchOf(tx, batchId, offerId)))
    return refusal('not_found', { what: 'batch' });
  await tx
    .insert(coupons)
    .values(
      ids.map((id, i) => ({
        id,
        offerId,
        batchId: batchId ?? null,
        serial: firstSerial + i,
        code: codes[i] ?? '',
        locationId: offer.locationId,
        status: 'live' as const,
        version: 1,
        maxUses: usesPerCode ?? null,
        issuedAt: at,
        updatedAt: at,
        ...(usesPerCode === undefined
          ? {}
          : { homeLedgerId: work.holder.ledgerId, homeIncarnation: incarnation }),
      })),
    )
    .onConflictDoNothing();
  const written = await tx.select().from(coupons).where(inArray(coupons.id, ids));
  for (const row of written) work.coupons.set(row.id, work.coupons.get(row.id) ?? row);
  return written.length === ids.length
    ? undefined
    : refusal('conflict', { why: `${ids.length - written.length} codes belong to other coupons` });
}

/** A location decides about what concerns it; what was decided elsewhere before stays so. */
async function applyIncidentResolved(
  tx: Db,
  centre: Centre,
  work: PushWork,
  { payload: { incidentId, by, ...decision } }: Of<'incident.resolved'>,
): Promise<Refusal | undefined> {
  const [row] = await tx.select().from(incidents).where(eq(incidents.id, incidentId));
  if (row === undefined) return refusal('not_found', { what: 'incident' });
  const concerns = row.ledgerId === work.holder.ledgerId || isOnASide(row.sides, work.holder.locationId);
  if (!concerns) return refusal('forbidden', { why: 'an incident of other locations' });
  const decided = { ...decision, by: `${by}, ${work.locationName}` };
  await resolveIncident(tx, centre, incidentId, decided, applyEventsApart);
  return undefined;
}

function isOnASide(sides: readonly IncidentSide[], locationId: string): boolean {
  return sides.some((side) => side.locationId === locationId);
}

async function openClockIncident(
  tx: Db,
  centre: Centre,
  work: PushWork,
  { payload, seq, at, incarnation }: Of<'clock.setBack'>,
): Promise<undefined> {
  const { ledgerId, locationId } = work.holder;
  await openIncident(tx, centre, {
    dedupeKey: `clock ${ledgerId} ${incarnation} ${seq}`,
    kind: 'clock_fault',
    ledgerId,
    sides: [{ locationId, at, behindMs: payload.behindMs }],
  });
}
