import type { z } from 'zod';
import type { Tx } from '../../db/store.ts';
import type { CheckResult, redemptionOperations } from '../../shared/contracts/operations/redemption.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { MAX_CODES_PER_REQUEST, MAX_EVENT_BYTES } from '../../shared/contracts/sync.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import {
  type CustomerIdentifier,
  findCustomer,
  keepCustomer,
  normaliseCustomer,
  pseudonymFor,
} from '../customers.ts';
import type { Outcome, SignedIn } from '../handlers.ts';
import { isAtHome } from '../homes/code-home.ts';
import { guessKey, throttled } from '../operators/throttle.ts';
import { verifyManagerPin } from '../operators/verify-pin.ts';
import type { Services } from '../services.ts';
import type { Away, HomeLine } from '../sync/home-line.ts';
import { admitTokens } from '../tokens/tokens.ts';
import { automaticCoupons } from './automatic.ts';
import type { CheckedBasket } from './checked-basket.ts';
import { findCoupon } from './find-coupon.ts';
import type { Circumstances } from './gather-facts.ts';
import { carryOutPlan, type PlannedCoupon, planCoupons } from './hold-plan.ts';
import { endExpiredHolds } from './holds.ts';
import { judgeBasket } from './judge.ts';
import type { OpenBaskets } from './open-baskets.ts';
import { recordRefusals } from './record-refusals.ts';
import { shownAutomatic, shownTotals, shownVerdict } from './shown.ts';
import { stillVouched, vouchNow } from './vouch.ts';

export type CheckInput = z.output<(typeof redemptionOperations)['redemption.check']['input']>;

/** A redemption event says more than its shares; this is kept free for the rest. */
const EVENT_HEADROOM = 4_096;

/** Judges the codes and holds what is limited. Nothing is answered before what it holds and refuses is on disk. */
export async function checkBasket(
  services: Services,
  homes: Pick<HomeLine, 'bring'>,
  open: OpenBaskets,
  by: SignedIn,
  input: CheckInput,
): Promise<Outcome<CheckResult>> {
  const { store, clock, faults } = services;
  const currency = services.location()?.currency;
  if (input.basket.currency !== currency) {
    const params = { expected: currency ?? '', found: input.basket.currency };
    return err(refusal('currency_mismatch', params, 'basket.currency'));
  }
  if (faults.clockBlocks()) return err(refusal('clock_fault', { behindMs: clock.behindMs() }));
  const customer = input.customer && normaliseCustomer(input.customer, services.phoneRegion());
  if (customer && !customer.ok) return customer;
  const wait = throttled(store.read, guessKey(by.operatorId), clock.now(), by.role === 'cashier');
  if (wait) return err(wait);

  let managerId: string | undefined;
  if (input.managerPin !== undefined) {
    const manager = await verifyManagerPin(services, by, input.managerPin);
    if (!manager.ok) return manager;
    managerId = manager.value.id;
  }
  const away = await homes.bring(awayFromHome(services, input.codes));
  return store.transact((tx) => checkIn(tx, services, open, by, input, customer?.value, managerId, away));
}

/** Codes that could be redeemed, were they at home here. */
function awayFromHome(services: Services, codes: readonly string[]): string[] {
  const { read } = services.store;
  const ids = codes.flatMap((entered) => {
    const found = findCoupon(read, entered, services.clock.now());
    if (!found.ok) return [];
    const { coupon } = found.value;
    const isFree =
      coupon.status === 'live' &&
      coupon.maxUses !== null &&
      coupon.used + coupon.usedElsewhere < coupon.maxUses;
    return isFree && !isAtHome(services, read, coupon) ? [coupon.id] : [];
  });
  return [...new Set(ids)].slice(0, MAX_CODES_PER_REQUEST);
}

function checkIn(
  tx: Tx,
  services: Services,
  open: OpenBaskets,
  by: SignedIn,
  input: CheckInput,
  customer: CustomerIdentifier | undefined,
  managerId: string | undefined,
  away: Away,
): Outcome<CheckResult> {
  const { basketId, basket, channel } = input;
  const stamp = services.stamp(by);
  endExpiredHolds(tx, stamp);
  admitTokens(tx, input.codes, stamp.at);
  if (tx.read.redemptions.basketStatus(basketId) === 'completed') return err(refusal('basket_completed'));

  const before = open.find(tx.read, basketId);
  const carried = stillVouched(before?.vouch, by, stamp.at);
  const about = circumstances(tx, services, by, input, customer, stamp.at);
  const asked = { codes: input.codes, automatic: automaticCoupons(tx) };
  const { verdicts, automatic, totals } = judgeBasket(services, basket, asked, about, {
    vouchedFor: (couponId) => managerId !== undefined || carried?.couponIds.includes(couponId) === true,
    away,
  });
  const couponIds = verdicts.flatMap(({ found }) => found?.coupon.id ?? []);
  const vouch = managerId === undefined ? carried : vouchNow(by, managerId, couponIds, stamp.at);
  const planned = planCoupons(tx, [...verdicts, ...automatic], basket, basketId, services.newId);
  if (planned.some(isTooLarge)) return err(refusal('payload_too_large', {}, 'basket'));

  const refused = recordRefusals(tx, verdicts, before?.refused ?? [], {
    by,
    channel,
    stamp,
    basketId,
    subtotalMinor: shownTotals(totals).subtotalMinor,
  });
  const mustHold = planned.some(({ coupon }) => coupon.reservationId !== undefined);
  const customerId = customer && mustHold ? keepCustomer(tx, customer, services.newId(), stamp.at).id : null;
  const knownAs = customerId ?? about.customer?.id;
  const checked: CheckedBasket = {
    basketId,
    checkedAt: stamp.at,
    channel,
    ...(customer && { customer }),
    ...(knownAs === undefined ? {} : { customerId: knownAs }),
    coupons: planned.map(({ coupon }) => coupon),
    result: { basketId, coupons: [], currency: basket.currency, ...shownTotals(totals) },
    sale: { basket, totals: { payableMinor: totals.payableMinor, grossMinor: totals.grossMinor } },
    refused,
    ...(vouch === undefined ? {} : { vouch }),
  };
  const kept = carryOutPlan(tx, planned, checked, about, customerId, stamp);
  open.keep(kept);
  return ok({
    ...kept.result,
    coupons: verdicts.map((verdict) => shownVerdict(tx.read, verdict)),
    ...(automatic.length === 0 ? {} : { automatic: automatic.map(shownAutomatic) }),
  });
}

function circumstances(
  tx: Tx,
  services: Services,
  by: SignedIn,
  { basketId, channel }: CheckInput,
  customer: CustomerIdentifier | undefined,
  now: number,
): Circumstances {
  const location = services.location();
  assert(location, 'operations wait for the first run');
  return {
    basketId,
    now,
    businessDay: services.wallTimes.at(now, location.timeZone).date,
    channel,
    locationId: location.id,
    timeZone: location.timeZone,
    operatorId: by.operatorId,
    customer: customer && {
      identifier: customer,
      pseudonym: pseudonymFor(tx.read, customer),
      id: findCustomer(tx.read, customer)?.id,
    },
  };
}

function isTooLarge({ coupon }: PlannedCoupon): boolean {
  return JSON.stringify(coupon.shares).length > MAX_EVENT_BYTES - EVENT_HEADROOM;
}
