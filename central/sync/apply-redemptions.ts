import { eq } from 'drizzle-orm';
import type { LedgerEvent } from '../../shared/contracts/ledger-events.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { excessUses, unspentUses } from '../../shared/redemption/code-uses.ts';
import { reportSpent, reportVoided } from '../../shared/redemption/escrow.ts';
import { isOn } from '../../shared/redemption/guards.ts';
import { spendBudget, unspendBudget } from '../budgets/budgets.ts';
import { countCampaignUse } from '../campaigns/limits.ts';
import type { Centre } from '../centre.ts';
import { isFrozen } from '../escrow/frozen.ts';
import { leaseOf } from '../escrow/held.ts';
import { closeOverRedemption } from '../incidents/incidents.ts';
import { openOverRedemption } from '../redemptions/over-redemption.ts';
import type { RedemptionRow } from '../redemptions/take-uses.ts';
import type { Db } from '../store/db.ts';
import { leases, offers } from '../store/schema.ts';
import { heldOf, type PushWork, setHeld } from './push-work.ts';

type Of<T extends LedgerEvent['type']> = Extract<LedgerEvent, { type: T }>;

/** A use that a till gave: paid from the ledger's own right, from the pool, or an excess that is recorded. */
export async function applyRedeemed(
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
  // A use that a basket of the centre holds is not spent: when it is committed all the same, that one is the excess.
  const codeIsOver = coupon !== undefined && unspentUses(coupon) === 0;
  if (coupon !== undefined) {
    work.coupons.set(coupon.id, {
      ...coupon,
      used: coupon.used + 1,
      lastUsedAt: Math.max(coupon.lastUsedAt ?? 0, at),
      lastUsedWhere: at >= (coupon.lastUsedAt ?? 0) ? work.locationName : coupon.lastUsedWhere,
    });
    work.usedCoupons.add(coupon.id);
  }
  const owedMinor = work.budgeted.has(payload.offerId)
    ? await spendBudget(tx, centre, work.holder, event)
    : 0;
  const campaign = work.campaigns.get(payload.offerId);
  const pastCampaignMinor = campaign && countCampaignUse(campaign, row.discountMinor);
  const isExcess = codeIsOver || paid === 'nothing' || owedMinor > 0 || pastCampaignMinor !== undefined;
  if (isExcess && isOn(centre.ports.guards, 'excess_is_recorded')) {
    // Of a budget only what went past it; of a limit the whole discount.
    const pastMinor = Math.max(owedMinor, pastCampaignMinor ?? 0);
    const costMinor = codeIsOver || paid === 'nothing' ? row.discountMinor : pastMinor;
    await openOverRedemption(tx, centre, { row, costMinor, beside: [...work.added.values()] });
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

/** A till took its own redemption back. */
export async function applyVoided(
  tx: Db,
  work: PushWork,
  { payload, at }: Of<'redemption.voided'>,
): Promise<Refusal | undefined> {
  const row = work.redemptions.get(payload.redemptionId);
  if (row === undefined) return refusal('redemption_unknown', { why: 'its redemption was never sent' });
  if (row.ledgerId !== work.holder.ledgerId)
    return refusal('forbidden', { why: 'another ledger redeemed it' });
  if (row.status === 'redeemed') {
    if (work.budgeted.has(row.offerId)) {
      await unspendBudget(tx, row.id, row.offerId);
      work.movedBudgets.add(row.offerId);
    }
    await takeUseBack(tx, work, { ...row, status: 'voided', voidedAt: at, voidReason: payload.reason }, at);
  }
  return undefined;
}

/** Goods of a sale came back at the till; where the offer's policy says so, the use with them. */
export async function applyRefunded(
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
    const isQuit =
      work.budgeted.has(row.offerId) &&
      (await unspendBudget(tx, row.id, row.offerId, returnedMinor - row.returnedMinor));
    work.movedBudgets.add(row.offerId);
    if (useBack && row.status === 'redeemed') {
      await takeUseBack(tx, work, { ...after, status: 'refunded' }, at);
      continue;
    }
    setRedemption(work, after);
    // It went past the budget by no more than what came back, and past no limit.
    const isPastLimit = row.paidBy === 'nothing' || isOverused(work, row) || work.campaigns.has(row.offerId);
    if (isQuit && !isPastLimit) await closeOverRedemption(tx, { redemptionId }, at);
  }
  return undefined;
}

function isOverused(work: PushWork, { couponId }: RedemptionRow): boolean {
  const coupon = couponId === null ? undefined : work.coupons.get(couponId);
  return coupon !== undefined && excessUses(coupon) > 0;
}

function setRedemption(work: PushWork, row: RedemptionRow): void {
  work.redemptions.set(row.id, row);
  (work.added.has(row.id) ? work.added : work.changed).set(row.id, row);
}

/** The use of a redemption is free again, where it was spent. */
async function takeUseBack(tx: Db, work: PushWork, after: RedemptionRow, at: number): Promise<void> {
  await giveBack(tx, work, after);
  const campaign = work.campaigns.get(after.offerId);
  if (campaign !== undefined) {
    campaign.uses -= 1;
    campaign.discountMinor -= after.discountMinor;
  }
  setRedemption(work, after);
  const coupon = after.couponId === null ? undefined : work.coupons.get(after.couponId);
  const closed = await closeOverRedemption(tx, { redemptionId: after.id }, at);
  if (coupon === undefined) return;
  const wasOver = excessUses(coupon) > 0;
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
