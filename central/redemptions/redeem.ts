import { refusal } from '../../shared/contracts/refusal.ts';
import type { Basket } from '../../shared/engine/types.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { RightsMove } from '../../shared/redemption/rights.ts';
import { decideUse, type UseCommand } from '../../shared/redemption/use.ts';
import type { Centre, Outcome } from '../centre.ts';
import { isSaleFrozen } from '../escrow/frozen.ts';
import { bringForChannel } from '../homes/bring-for-channel.ts';
import { askBeforeUse } from '../hook/ask-before.ts';
import type { Db } from '../store/db.ts';
import { isBudgetShort, isUniqueViolation, transact } from '../store/retry.ts';
import { inLine, takeTurns } from '../store/take-turns.ts';
import { turnsFor } from './counted-limits.ts';
import { overCustomerCap } from './customer-cap.ts';
import { type FoundCoupon, findCoupon, locateCoupon } from './find-coupon.ts';
import { type Circumstances, gatherFacts } from './gather-facts.ts';
import { type Judgement, judge, sharesOf } from './judge.ts';
import { basketOf, findRedemption, findReservation } from './records.ts';
import { asksTheSame, firstAnswer } from './same-request.ts';
import { togetherOf } from './take-together.ts';
import { type RedemptionRow, type ReservationRow, type Taking, takeUses } from './take-uses.ts';
import { explainUse, stateOfUse } from './use-state.ts';

export type UseRequest = {
  /** Of the redemption or reservation to make: the same id again gives the first answer. */
  readonly id: string;
  /** The id is the caller's, so it may have been used before; otherwise it is new, and nobody looks. */
  readonly mayBeRetry: boolean;
  readonly code: string;
  readonly basketId: string;
  readonly basket: Basket;
  readonly circumstances: Circumstances;
};

/** Others that were faster may make a decision stale so often before the caller is told to come back. */
const MAX_TRIES = 5;

/** Commits one use at once. */
export function redeem(centre: Centre, request: UseRequest): Promise<Outcome<RedemptionRow>> {
  return answerOnce(centre, request, findRedemption, async () => {
    const asked = await askBeforeUse(centre, 'redeem', request);
    if (!asked.ok) return asked;
    const command: UseCommand = { type: 'redeem', now: centre.ports.now() };
    let row: RedemptionRow | undefined;
    const made = await attempt(centre, request, command, (found, judgement, right) => {
      row = redemptionRow(centre, request, found, judgement, right);
      const sale = { basket: request.basket, totals: judgement.totals };
      const uses = [{ row, sale, where: whereOf(request.circumstances) }];
      return { what: 'redeem', offerId: row.offerId, limited: right !== undefined, uses };
    });
    if (!made.ok) return made;
    if (made.value === 'done_before') return 'done_before';
    assert(row !== undefined, 'it was written');
    return ok(row);
  });
}

/** Holds one use for a while. */
export function reserve(centre: Centre, request: UseRequest): Promise<Outcome<ReservationRow>> {
  return answerOnce(centre, request, findReservation, async () => {
    const asked = await askBeforeUse(centre, 'reserve', request);
    if (!asked.ok) return asked;
    const now = centre.ports.now();
    const expiresAt = now + centre.config.reservation_seconds * 1_000;
    let row: ReservationRow | undefined;
    const command: UseCommand = { type: 'reserve', now, expiresAt };
    const made = await attempt(centre, request, command, (found, judgement, right) => {
      row = reservationRow(request, found, judgement, right, now, expiresAt);
      return { what: 'reserve', offerId: row.offerId, limited: right !== undefined, uses: [{ row }] };
    });
    if (!made.ok) return made;
    if (made.value === 'done_before') return 'done_before';
    assert(row !== undefined, 'it was written');
    return ok(row);
  });
}

/**
 * Makes the answer to a request, or finds the one that it had. A retry may overlap its first call and be refused
 * because that very call took the use: whoever is refused looks once more.
 */
async function answerOnce<Row extends RedemptionRow | ReservationRow>(
  centre: Centre,
  request: UseRequest,
  find: (db: Db, id: string) => Promise<Row | undefined>,
  make: () => Promise<Outcome<Row> | 'done_before'>,
): Promise<Outcome<Row>> {
  const before = request.mayBeRetry ? await find(centre.db, request.id) : undefined;
  if (before !== undefined) return sameRequest(centre.db, request, before);
  const made = await make();
  if (made !== 'done_before' && (made.ok || !request.mayBeRetry)) return made;
  const first = await find(centre.db, request.id);
  if (first !== undefined) return sameRequest(centre.db, request, first);
  assert(made !== 'done_before', 'its id was taken');
  return made;
}

async function sameRequest<Row extends RedemptionRow | ReservationRow>(
  db: Db,
  request: UseRequest,
  row: Row,
): Promise<Outcome<Row>> {
  const found = await locateCoupon(db, request.code, request.circumstances.locationId);
  const basket = await basketOf(db, row);
  const same = found.ok && found.value.coupon.id === row.couponId && asksTheSame(request, { ...row, basket });
  return firstAnswer(same, row);
}

/** `done_before`: a retry that ran beside this call was faster. */
type Taken = 'done_now' | 'done_before';

type MakeTaking = (found: FoundCoupon, judgement: Judgement, right: RightsMove | undefined) => Taking;

async function attempt(
  centre: Centre,
  request: UseRequest,
  command: UseCommand,
  make: MakeTaking,
): Promise<Outcome<Taken>> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { code, circumstances } = request;
    const found = await findCoupon(centre.db, code, circumstances.locationId);
    if (!found.ok) {
      const mayCome = found.error.code === 'home_unreachable' && tries === 0;
      if (mayCome && (await bringForChannel(centre, code, circumstances.locationId))) continue;
      return found;
    }
    const turns = turnsFor(centre, found.value, request.circumstances.customer);
    const outcome =
      turns.length === 0
        ? await decideAndTake(centre, centre.db, found.value, request, command, make)
        : await inTurn(centre, turns, request, command, make);
    if (outcome !== 'again') return outcome;
  }
  return err(refusal('busy'));
}

/** Counted limits: read, judge and write in one transaction that holds the turns. */
async function inTurn(
  centre: Centre,
  turns: readonly string[],
  request: UseRequest,
  command: UseCommand,
  make: MakeTaking,
): Promise<Outcome<Taken> | 'again'> {
  return inLine(centre.db, turns, () =>
    transact(centre.db, async (tx) => {
      await takeTurns(tx, turns);
      const found = await findCoupon(tx, request.code, request.circumstances.locationId);
      if (!found.ok) return found;
      return decideAndTake(centre, tx, found.value, request, command, make);
    }),
  );
}

async function decideAndTake(
  centre: Centre,
  db: Db,
  found: FoundCoupon,
  request: UseRequest,
  command: UseCommand,
  make: MakeTaking,
): Promise<Outcome<Taken> | 'again'> {
  const { circumstances } = request;
  if (await isSaleFrozen(db, centre, found)) return err(refusal('centre_recovering'));
  const facts = await gatherFacts(db, centre, [found], circumstances);
  const judgement = judge(found, request.basket, facts);
  if (!judgement.ok) return judgement;
  const given = {
    currency: found.offer.terms.currency,
    discountMinor: judgement.value.decision.discountMinor,
  };
  if (await overCustomerCap(centre, db, circumstances.customer, given))
    return err(refusal('customer_limit', { limit: 'max_discount_per_user' }));

  const decided = decideUse(stateOfUse(found, { status: 'none' }), command);
  if (!decided.ok) return err(explainUse(found, decided.error));
  const event = decided.value.find((one) => one.type === 'redeemed' || one.type === 'reserved');
  assert(event !== undefined, 'a new use is redeemed or reserved');
  const taking = make(found, judgement.value, event.right);
  try {
    const taken = db === centre.db ? await togetherOf(db)(taking) : (await takeUses(db, taking))[0] === true;
    return taken ? ok('done_now') : 'again';
  } catch (error) {
    // The same id was written a moment ago by a retry that ran beside this call.
    if (isUniqueViolation(error)) return ok('done_before');
    // A ledger was given money of the budget since it was read.
    if (isBudgetShort(error)) return 'again';
    throw error;
  }
}

export function whereOf({ channel, locationId }: Pick<Circumstances, 'channel' | 'locationId'>): string {
  return locationId ?? channel;
}

function redemptionRow(
  centre: Centre,
  request: UseRequest,
  { coupon, offer, escrow }: FoundCoupon,
  { decision, totals }: Judgement,
  right: RightsMove | undefined,
): RedemptionRow {
  const now = centre.ports.now();
  assert((escrow === undefined) === (right === undefined), 'a limited offer takes a right, others do not');
  return {
    id: request.id,
    offerId: offer.id,
    offerVersion: offer.version,
    couponId: coupon.id,
    basketId: request.basketId,
    channel: request.circumstances.channel,
    locationId: request.circumstances.locationId ?? null,
    ledgerId: null,
    incarnation: null,
    currency: offer.terms.currency,
    subtotalMinor: totals.subtotalMinor,
    discountMinor: decision.discountMinor,
    shares: sharesOf(decision, request.basket),
    customer: request.circumstances.customer?.pseudonym ?? null,
    leaseId: null,
    atRisk: false,
    paidBy: right === undefined ? 'unlimited' : 'pool',
    status: 'redeemed',
    redeemedAt: now,
    voidedAt: null,
    voidReason: null,
    receivedAt: now,
    saleId: request.id,
    returnedMinor: 0,
  };
}

function reservationRow(
  request: UseRequest,
  { coupon, offer }: FoundCoupon,
  { decision, totals }: Judgement,
  right: RightsMove | undefined,
  now: number,
  expiresAt: number,
): ReservationRow {
  return {
    id: request.id,
    basketId: request.basketId,
    couponId: coupon.id,
    offerId: offer.id,
    offerVersion: offer.version,
    channel: request.circumstances.channel,
    currency: offer.terms.currency,
    subtotalMinor: totals.subtotalMinor,
    discountMinor: decision.discountMinor,
    shares: sharesOf(decision, request.basket),
    customer: request.circumstances.customer?.pseudonym ?? null,
    tookRight: right !== undefined,
    status: 'reserved',
    createdAt: now,
    expiresAt,
    locationId: request.circumstances.locationId ?? null,
    sale: { basket: request.basket, totals },
  };
}
