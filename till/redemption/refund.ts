import type { z } from 'zod';
import type { RefundRow } from '../../db/queries/refunds.ts';
import type { Tx } from '../../db/store.ts';
import type { LedgerEventPayload } from '../../shared/contracts/ledger-events.ts';
import type { redemptionOperations } from '../../shared/contracts/operations/redemption.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { MAX_EVENT_BYTES } from '../../shared/contracts/sync.ts';
import { shareOnReturned } from '../../shared/engine/recorded-sale.ts';
import { type Refund, type ReturnFault, refund, unitsBack } from '../../shared/engine/refund.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { applyUse, decideUse } from '../../shared/redemption/use.ts';
import { unspendBudget } from '../budgets/budget.ts';
import type { Outcome, SignedIn } from '../handlers.ts';
import { verifyManagerPin } from '../operators/verify-pin.ts';
import type { Services } from '../services.ts';
import { giveUseBack, stateOfRedemption, uncount } from './give-back.ts';
import { findSale, type RecordedSale } from './recorded-sale.ts';

type RefundInput = z.output<(typeof redemptionOperations)['redemption.refund']['input']>;
type Goods = Pick<RefundInput, 'redemptionId' | 'lines' | 'shippingIds'>;
export type Refunded = OutputOf<'redemption.refund'>;

/** An event says more than its lines; this is kept free for the rest. */
const EVENT_HEADROOM = 1_024;

/** What a refund of these goods would give back. */
export function quoteRefund(services: Services, goods: Goods): Outcome<OutputOf<'redemption.quoteRefund'>> {
  const found = findSale(services.store.read, goods.redemptionId);
  if (!found.ok) return found;
  const back = goodsBack(found.value, goods);
  return back.ok ? ok(shown(found.value, goods, back.value)) : back;
}

/**
 * Goods of a sale come back: what was paid for them is given back by the shares that were recorded with each unit, so
 * that any partial refunds end at exactly what was paid. The same id again gives the first answer.
 */
export async function refundGoods(
  services: Services,
  by: SignedIn,
  input: RefundInput,
): Promise<Outcome<Refunded>> {
  const { store } = services;
  const before = store.read.refunds.byId(input.refundId);
  if (before) return firstAnswer(store.read.redemptions.byId(input.redemptionId)?.basketId, before, input);
  let operatorId = by.operatorId;
  if (by.role === 'cashier') {
    const manager = await verifyManagerPin(services, by, input.managerPin);
    if (!manager.ok) return manager;
    operatorId = manager.value.id;
  }
  return store.transact((tx) => takeBack(tx, services, { ...by, operatorId }, input));
}

function takeBack(tx: Tx, services: Services, by: SignedIn, input: RefundInput): Outcome<Refunded> {
  const { refundId, redemptionId, reason } = input;
  // Somebody may have been faster while the PIN was looked at.
  const before = tx.read.refunds.byId(refundId);
  if (before) return firstAnswer(tx.read.redemptions.byId(redemptionId)?.basketId, before, input);
  const found = findSale(tx.read, redemptionId);
  if (!found.ok) return found;
  const recorded = found.value;
  const back = goodsBack(recorded, input);
  if (!back.ok) return back;

  const stamp = services.stamp(by);
  const parts = partsOf(recorded, back.value);
  const answer = { ...shown(recorded, input, back.value), refundId, refundedAt: stamp.at };
  const { basketId, currency, refundMinor, clawedBackMinor, lines, shippingIds } = answer;
  const payload: LedgerEventPayload<'redemption.refunded'> = {
    refundId,
    basketId,
    currency,
    refundMinor,
    clawedBackMinor,
    lines: lines.map(({ lineId, units, priceMinor }) => ({ id: lineId, units, priceMinor })),
    shipping: shippingIds,
    redemptions: parts.map(({ row: { id, couponId, offerId }, ...part }) => ({
      redemptionId: id,
      couponId,
      offerId,
      ...part,
    })),
    reason,
  };
  if (JSON.stringify(payload).length > MAX_EVENT_BYTES - EVENT_HEADROOM) {
    return err(refusal('payload_too_large', {}, 'lines'));
  }
  const seq = tx.append('redemption.refunded', payload, stamp);
  for (const part of parts) {
    const refused = takePart(tx, services, seq, part);
    assert(refused === undefined, 'the sale was not voided, and its goods were not all back');
  }
  tx.write.refunds.setReturns(basketId, JSON.stringify(back.value.after));
  tx.write.refunds.insert({ seq, id: refundId, basketId, answer: JSON.stringify(answer) });
  return ok(answer);
}

/** What one redemption of the sale has to do with the goods that come back now. */
type Part = {
  readonly row: RecordedSale['rows'][number];
  readonly returnedMinor: number;
  readonly returnedInAllMinor: number;
  readonly all: boolean;
  readonly useBack: boolean;
};

function partsOf({ sale, rows }: RecordedSale, { after, usesBack }: Refund): Part[] {
  return rows.flatMap((row, i) => {
    const decision = sale.decisions[i];
    assert(decision, 'one decision for each redemption');
    const returnedInAllMinor = shareOnReturned(sale, decision, after);
    const returnedMinor = returnedInAllMinor - row.returnedMinor;
    if (returnedMinor === 0) return [];
    const useBack = usesBack.some(({ couponId }) => couponId === row.couponId);
    const all = returnedInAllMinor === row.discountMinor;
    return [{ row, returnedMinor, returnedInAllMinor, all, useBack }];
  });
}

function takePart(
  tx: Tx,
  services: Services,
  seq: number,
  { row, returnedMinor, all, useBack }: Part,
): Refusal | undefined {
  const coupon = tx.read.coupons.byId(row.couponId);
  assert(coupon, 'coupons are never deleted');
  const state = stateOfRedemption(tx, row, coupon);
  const decided = decideUse(state, { type: 'refund', all, giveUseBack: useBack });
  if (!decided.ok) return refusal(decided.error);
  decided.value.reduce(applyUse, state);
  tx.write.refunds.addReturned({ id: row.id, returnedMinor, useBackSeq: useBack ? seq : null });
  if (useBack) giveUseBack(tx, services, row);
  unspendBudget(tx, services, row.seq, returnedMinor);
  uncount(tx, row, coupon, { uses: useBack ? 1 : 0, discountMinor: returnedMinor });
  return undefined;
}

function goodsBack({ sale, soFar, rows }: RecordedSale, { lines, shippingIds }: Goods): Outcome<Refund> {
  const voided = rows.find(({ voidedAt }) => voidedAt !== null);
  if (voided) return err(refusal('already_voided', { at: voided.voidedAt ?? 0 }));
  const isAllBack =
    sale.basket.lines.every((line) => unitsBack(soFar, line.id) === line.qty) &&
    (sale.basket.shipping ?? []).every(({ id }) => soFar.shippingIds.includes(id));
  if (isAllBack) return err(refusal('already_refunded'));
  if (lines.length === 0 && shippingIds.length === 0) {
    return err(refusal('invalid_input', { why: 'nothing comes back' }, 'lines'));
  }
  const back = refund(sale, soFar, { lines, shippingIds });
  return back.ok ? back : err(explainFault(back.error));
}

function explainFault({ code, id }: ReturnFault): Refusal {
  switch (code) {
    case 'unknown_line':
      return refusal('invalid_input', { why: 'the sale has no such line', id }, 'lines');
    case 'unknown_shipping':
      return refusal('invalid_input', { why: 'the sale has no such delivery', id }, 'shippingIds');
    case 'more_than_sold':
      return refusal('more_than_sold', { id }, 'lines');
    case 'already_returned':
      return refusal('more_than_sold', { id }, 'shippingIds');
  }
}

function shown(
  { basketId, sale }: RecordedSale,
  { shippingIds }: Goods,
  { refundMinor, clawedBackMinor, lines, usesBack }: Refund,
): OutputOf<'redemption.quoteRefund'> {
  return {
    basketId,
    currency: sale.basket.currency,
    refundMinor,
    clawedBackMinor,
    lines: lines.map((line) => ({ ...line })),
    shippingIds: [...shippingIds],
    usesBack: usesBack.flatMap(({ couponId }) => couponId ?? []),
  };
}

function firstAnswer(
  basketId: string | undefined,
  before: RefundRow,
  { lines, shippingIds }: Goods,
): Outcome<Refunded> {
  // `takeBack` wrote it.
  const answer = JSON.parse(before.answer) as Refunded;
  const wanted = lines.map(({ lineId, units }) => `${units} ${lineId}`).sort();
  const given = answer.lines.map(({ lineId, units }) => `${units} ${lineId}`).sort();
  const isSame =
    before.basketId === basketId &&
    wanted.join('\n') === given.join('\n') &&
    [...shippingIds].sort().join('\n') === [...answer.shippingIds].sort().join('\n');
  return isSame ? ok(answer) : err(refusal('conflict', { why: 'the refund id was used for other goods' }));
}
