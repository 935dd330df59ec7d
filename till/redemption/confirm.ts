import type { BasketRow, NewBasketRow, RedemptionRow } from '../../db/queries/redemptions.ts';
import type { EventStamp, Tx } from '../../db/store.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { decideUse } from '../../shared/redemption/use.ts';
import { isWithdrawn } from '../batches/is-void.ts';
import { spendBudget } from '../budgets/budget.ts';
import { keepCustomer } from '../customers.ts';
import type { Outcome, SignedIn } from '../handlers.ts';
import { termsOf } from '../offers/terms.ts';
import { forgiveFailure, guessKey } from '../operators/throttle.ts';
import type { Services } from '../services.ts';
import { refuseRisk, riskTaken } from './at-risk.ts';
import type { AcceptedCoupon, CheckedBasket } from './checked-basket.ts';
import { countsOf } from './counts.ts';
import { HOLD_MS } from './holds.ts';
import type { OpenBaskets } from './open-baskets.ts';
import { namedRedemption, shownRedemption } from './shown.ts';
import { loadUse, moveRight } from './use-state.ts';

export type Confirmation = OutputOf<'redemption.confirm'>;

/** Commits all accepted codes of a basket, or none. What is answered is on disk; asking again gives the same answer. */
export function confirmBasket(
  services: Services,
  open: OpenBaskets,
  by: SignedIn,
  basketId: string,
): Outcome<Confirmation> {
  const isNew = { value: false };
  const done = atomically(services, (tx): Outcome<Confirmation> => {
    if (tx.read.redemptions.basketStatus(basketId) === 'completed') {
      const completed = tx.read.redemptions.basket(basketId);
      assert(completed, 'it has a status');
      return ok(firstAnswer(tx, completed));
    }
    isNew.value = true;
    return confirmNow(tx, services, open, by, basketId);
  });
  if (!done.ok || !isNew.value) return done;
  open.forget(basketId);
  for (const { id: redemptionId } of done.value.redemptions) {
    services.pushes.send({ topic: 'redemption.recorded', redemptionId });
  }
  return done;
}

function confirmNow(
  tx: Tx,
  services: Services,
  open: OpenBaskets,
  by: SignedIn,
  basketId: string,
): Outcome<Confirmation> {
  const { clock } = services;
  if (clock.isFaulty()) return err(refusal('clock_fault', { behindMs: clock.behindMs() }));
  const checked = open.find(tx.read, basketId);
  if (!checked) return err(refusal('reservation_unknown'));
  if (checked.coupons.length === 0) return err(refusal('nothing_to_redeem'));
  // What was judged too long ago may not hold any more, limited or not.
  if (clock.now() >= checked.checkedAt + HOLD_MS && checked.result.reservedUntil === undefined) {
    return err(refusal('reservation_expired'));
  }
  return commitBasket(tx, services, by, checked);
}

/** Takes back everything written when the outcome is a refusal. */
function atomically<T>(services: Services, work: (tx: Tx) => Outcome<T>): Outcome<T> {
  let refused: Outcome<T> | undefined;
  try {
    return services.store.transact((tx) => {
      const outcome = work(tx);
      if (outcome.ok) return outcome;
      refused = outcome;
      throw rollback;
    });
  } catch (error) {
    if (error === rollback && refused) return refused;
    throw error;
  }
}

const rollback = new Error('rolled back after a refusal');

function commitBasket(
  tx: Tx,
  services: Services,
  by: SignedIn,
  checked: CheckedBasket,
): Outcome<Confirmation> {
  const location = services.location();
  assert(location, 'operations wait for the first run');
  const stamp = services.stamp(by);
  const { basketId, customer, result } = checked;
  const known = checked.customerId === undefined ? undefined : tx.read.customers.byId(checked.customerId);
  const person = known ?? (customer && keepCustomer(tx, customer, services.newId(), stamp.at));
  const about = {
    checked,
    stamp,
    operatorId: by.operatorId,
    tillName: services.tillName(by),
    businessDay: services.wallTimes.at(stamp.at, location.timeZone).date,
    customerId: person?.id ?? null,
    pseudonym: person?.pseudonym,
  };
  const redemptions: Confirmation['redemptions'] = [];
  const seqs: number[] = [];
  for (const coupon of checked.coupons) {
    const redeemed = redeem(tx, services, coupon, about);
    if (!redeemed.ok) return redeemed;
    const names = { offerName: coupon.offerName, operatorName: by.name };
    redemptions.push(namedRedemption(redeemed.value, names));
    seqs.push(redeemed.value.seq);
  }
  // A sale is no guess: whoever mistypes now and then is not locked out by the end of the day.
  forgiveFailure(tx, guessKey(by.operatorId), stamp.at);
  const row: NewBasketRow = {
    id: basketId,
    status: 'completed',
    checked: null,
    currency: result.currency,
    subtotalMinor: result.subtotalMinor,
    discountMinor: result.discountMinor,
    payableMinor: result.payableMinor,
    at: stamp.at,
    sale: JSON.stringify(checked.sale) ?? null,
    firstSeq: seqs[0] ?? null,
    lastSeq: seqs.at(-1) ?? null,
  };
  tx.write.redemptions.putBasket(row);
  return ok(answerOf(row, redemptions));
}

type About = {
  readonly checked: CheckedBasket;
  readonly stamp: EventStamp;
  readonly operatorId: string;
  readonly tillName: string;
  readonly businessDay: string;
  readonly customerId: string | null;
  readonly pseudonym: string | undefined;
};

/** State, right, counts and event of one redemption. */
function redeem(tx: Tx, services: Services, accepted: AcceptedCoupon, about: About): Outcome<RedemptionRow> {
  const { couponId, offerId, offerVersion, reservationId, discountMinor, shares } = accepted;
  const { basketId, channel, result } = about.checked;
  const coupon = tx.read.coupons.byId(couponId);
  // Withdrawn since the check: held or not, it is worth nothing any more.
  if (!coupon || isWithdrawn(tx.read, coupon)) return err(refusal('code_void', { code: accepted.code }));
  const { state, reservation, lease } = loadUse(tx.read, coupon, basketId, false);
  const withRight = reservation?.leaseId ?? null;
  if (services.faults.rightsSuspended()) {
    if (withRight !== null) return err(refusal('no_lease_here', { why: 'ledger_unanchored' }));
    // A basket that an old copy holds may have been confirmed since that copy was made, and its code spent.
    if (coupon.maxUses !== null && !accepted.atRisk) return err(refusal('home_unreachable'));
  }
  const decided = decideUse(state, {
    type: 'redeem',
    now: about.stamp.at,
    atRisk: accepted.atRisk,
    mustBeHeld: reservationId !== undefined,
  });
  if (!decided.ok) {
    // A hold that was swept away since the check is simply over.
    const code = decided.error === 'reservation_unknown' ? 'reservation_expired' : decided.error;
    return err(refusal(code, { code: accepted.code }));
  }
  assert(lease === undefined, 'the right of a hold is named by the hold');
  if (accepted.atRisk) {
    // Other baskets, and codes before this one, may have used up what the offer lets be risked.
    const why = riskTooGreat(tx, accepted, about);
    if (why) return err(why);
  }
  if (withRight !== null) moveRight(tx, withRight, 'spend_held');
  if (reservation) tx.write.redemptions.letGo(reservation);
  const hasBudget = tx.read.budgets.ofOffer(offerId).length > 0 && discountMinor > 0;
  const budgetLeaseId = hasBudget ? spendBudget(tx, services, offerId, discountMinor) : undefined;
  if (hasBudget && budgetLeaseId === undefined && !accepted.atRisk)
    return err(refusal('no_lease_here', { why: 'budget' }));

  const redemptionId = services.newId();
  const { currency, subtotalMinor } = result;
  const seq = tx.append(
    'redemption.redeemed',
    {
      redemptionId,
      basketId,
      ...(reservation && { reservationId: reservation.id }),
      couponId,
      offerId,
      offerVersion,
      channel,
      currency,
      subtotalMinor,
      discountMinor,
      // The event's schema types the same plain JSON as mutable.
      lines: shares.lines.map(({ id, sku, units }) => ({ id, sku, units: [...units] })),
      shipping: [...shares.shipping],
      ...(about.pseudonym === undefined ? {} : { customer: about.pseudonym }),
      ...(withRight === null ? {} : { leaseId: withRight }),
      ...(budgetLeaseId === undefined ? {} : { budgetLeaseId }),
      atRisk: accepted.atRisk,
    },
    about.stamp,
  );
  tx.write.coupons.use(couponId, seq);
  const row: RedemptionRow = {
    seq,
    id: redemptionId,
    basketId,
    couponId,
    offerId,
    offerVersion,
    code: accepted.code,
    channel,
    customerId: about.customerId,
    currency,
    discountMinor,
    shares: JSON.stringify(shares),
    operatorId: about.operatorId,
    tillName: about.tillName,
    redeemedAt: about.stamp.at,
    businessDay: about.businessDay,
    leaseId: withRight,
    atRisk: accepted.atRisk,
    voidedAt: null,
    voidSeq: null,
    returnedMinor: 0,
    useBackSeq: null,
    prevSeq: coupon.lastSeq,
    prevCustomerSeq:
      about.customerId === null ? null : (tx.read.customers.byId(about.customerId)?.lastSeq ?? null),
  };
  tx.write.redemptions.insert(row);
  if (budgetLeaseId !== undefined)
    tx.write.budgets.keepSpend({ redemptionSeq: seq, leaseId: budgetLeaseId, amountMinor: discountMinor });
  if (about.customerId !== null) tx.write.customers.setLast(about.customerId, seq);
  const sums = countsOf({ ...about, batchId: coupon.batchId }).map(({ scope, key }) => [scope, key] as const);
  tx.write.redemptions.addCounts({ offerId, uses: 1, discountMinor, sums });
  return ok(row);
}

function riskTooGreat(
  tx: Tx,
  { couponId, offerId, discountMinor }: AcceptedCoupon,
  { checked, stamp }: About,
) {
  const row = tx.read.offers.byId(offerId);
  assert(row, 'offers are never deleted');
  return refuseRisk(
    termsOf(row).offlinePolicy,
    'no_lease_here',
    riskTaken(tx.read, offerId, stamp.at, {
      discountMinor,
      heldUses: 0,
      managerVouches: checked.vouch?.couponIds.includes(couponId) === true,
    }),
  );
}

/** As it was when it was given: a void or a refund since is another fact. */
function firstAnswer(tx: Tx, basket: BasketRow): Confirmation {
  const rows = tx.read.redemptions.ofBasket(basket.id);
  return answerOf(
    basket,
    rows.map((row) => shownRedemption(tx.read, { ...row, voidedAt: null, returnedMinor: 0 })),
  );
}

function answerOf(basket: NewBasketRow, redemptions: Confirmation['redemptions']): Confirmation {
  const { id: basketId, currency, subtotalMinor, discountMinor, payableMinor, at: redeemedAt } = basket;
  return { basketId, redemptions, currency, subtotalMinor, discountMinor, payableMinor, redeemedAt };
}
