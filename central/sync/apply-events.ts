import { and, eq, inArray } from 'drizzle-orm';
import { canonicalCode } from '../../shared/codes/canonical-code.ts';
import type { LedgerEvent } from '../../shared/contracts/ledger-events.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { NO_LEASE, relearnGrant, reportReturned } from '../../shared/redemption/escrow.ts';
import { leaseWholeBudget, relearnBudget, returnBudget, settleBudget } from '../budgets/budgets.ts';
import type { Centre } from '../centre.ts';
import { newId } from '../centre.ts';
import { type LeaseHolder, lockEscrows } from '../escrow/held.ts';
import { settleOffer } from '../escrow/settle.ts';
import { applyCodeReceived, applyCodeReturned } from '../homes/apply.ts';
import { bellOf } from '../homes/bell.ts';
import { answeredAbout } from '../homes/homes.ts';
import { openIncident } from '../incidents/incidents.ts';
import { resolveIncident } from '../incidents/resolve.ts';
import { addOffer, changeOffer } from '../offers/offers.ts';
import type { Db } from '../store/db.ts';
import { isDiskFull, isUnavailable, sqlFault } from '../store/retry.ts';
import { batches, coupons, type IncidentSide, incidents, leases, offers } from '../store/schema.ts';
import { applyStatusSet, applyWithdrawn } from './apply-batch-changes.ts';
import { applyCorrected } from './apply-corrected.ts';
import { applyRedeemed, applyRefunded, applyVoided } from './apply-redemptions.ts';
import { beginPush, endPush, heldOf, type PushWork, setHeld } from './push-work.ts';

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
  for (const offerId of [...work.movedBudgets].sort()) await settleBudget(tx, centre, offerId);
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
    case 'customer.corrected':
      return applyCorrected(tx, work, event);
    default:
      // Sign-ins, holds, refused attempts and faults are kept as they were written; nothing here follows from them. Nor
      // from an erased customer: the centre never had more than the pseudonym, which goes on counting.
      return undefined;
  }
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
  if (offer.limits.budgetMinor !== undefined) work.budgeted.add(offer.id);
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
  if (offer.limits.budgetMinor !== undefined) work.budgeted.add(offer.id);
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
