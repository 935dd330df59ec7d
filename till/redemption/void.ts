import type { z } from 'zod';
import type { RedemptionRow } from '../../db/queries/redemptions.ts';
import type { Reads } from '../../db/store.ts';
import { ledgerEventSchema } from '../../shared/contracts/ledger-events.ts';
import type { redemptionOperations } from '../../shared/contracts/operations/redemption.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { DAY_MS, MINUTE_MS } from '../../shared/kernel/instant.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { applyUse, decideUse } from '../../shared/redemption/use.ts';
import { unspendBudget } from '../budgets/budget.ts';
import type { Outcome, SignedIn } from '../handlers.ts';
import { verifyManagerPin } from '../operators/verify-pin.ts';
import type { Services } from '../services.ts';
import { giveUseBack, stateOfRedemption, uncount } from './give-back.ts';

/** A cashier takes back what they redeemed themselves, this long; afterwards a manager does. */
export const OWN_VOID_MS = 15 * MINUTE_MS;
/** Later than this it is a return of goods, and no void. */
export const VOID_WINDOW_MS = 7 * DAY_MS;

type VoidInput = z.output<(typeof redemptionOperations)['redemption.void']['input']>;

export async function voidRedemption(
  services: Services,
  by: SignedIn,
  { redemptionId, voidId, reason, managerPin }: VoidInput,
): Promise<Outcome<RedemptionRow>> {
  const { store, clock } = services;
  const found = store.read.redemptions.byId(redemptionId);
  if (!found) return err(refusal('redemption_unknown'));
  if (found.voidedAt !== null) return firstAnswer(store.read, found, voidId);
  const age = clock.now() - found.redeemedAt;
  if (age > VOID_WINDOW_MS) return err(refusal('void_window_closed', { days: VOID_WINDOW_MS / DAY_MS }));
  let operatorId = by.operatorId;
  if (by.role === 'cashier' && (found.operatorId !== by.operatorId || age > OWN_VOID_MS)) {
    const manager = await verifyManagerPin(services, by, managerPin);
    if (!manager.ok) return manager;
    operatorId = manager.value.id;
  }
  return store.transact((tx) => {
    // Somebody may have been faster while the PIN was looked at.
    const row = tx.read.redemptions.byId(redemptionId);
    assert(row, 'redemptions are never deleted');
    if (row.voidedAt !== null) return firstAnswer(tx.read, row, voidId);
    const basket = tx.read.redemptions.basket(row.basketId);
    assert(basket, 'a redemption names its basket');
    // What came back was paid back by how the whole sale was judged, this redemption included, share or not.
    if (basket.returns !== null) return err(refusal('already_refunded'));
    const coupon = tx.read.coupons.byId(row.couponId);
    assert(coupon, 'coupons are never deleted');
    const state = stateOfRedemption(tx, row, coupon);
    const decided = decideUse(state, { type: 'void' });
    if (!decided.ok) return err(refusal(decided.error));
    decided.value.reduce(applyUse, state);

    const { couponId, offerId, discountMinor } = row;
    const stamp = { ...services.stamp(by), operatorId };
    const seq = tx.append('redemption.voided', { redemptionId, couponId, offerId, reason, voidId }, stamp);
    tx.write.redemptions.setVoided(redemptionId, stamp.at, seq);
    giveUseBack(tx, services, row);
    unspendBudget(tx, services, row.seq);
    uncount(tx, row, coupon, { uses: 1, discountMinor });
    return ok({ ...row, voidedAt: stamp.at, voidSeq: seq });
  });
}

/** A retry of the void that was made; anybody else comes too late. */
function firstAnswer(read: Reads, row: RedemptionRow, voidId: string | undefined): Outcome<RedemptionRow> {
  const stored = row.voidSeq === null ? undefined : read.events.at(row.voidSeq);
  const event = stored && ledgerEventSchema.parse(JSON.parse(stored.body));
  const isRetry =
    voidId !== undefined && event?.type === 'redemption.voided' && event.payload.voidId === voidId;
  return isRetry ? ok(row) : err(refusal('already_voided', { at: row.voidedAt ?? 0 }));
}
