import type { Reads } from '../../db/store.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { HOME_WAIT_MS } from '../../shared/contracts/sync.ts';
import type { Basket } from '../../shared/engine/basket.ts';
import { evaluate } from '../../shared/engine/evaluate.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import type { AcceptedDecision, Evaluation } from '../../shared/engine/types.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { SECOND_MS } from '../../shared/kernel/instant.ts';
import { budgetHere } from '../budgets/budget.ts';
import { isCountedElsewhere } from '../campaigns/campaign-facts.ts';
import { isAtHome } from '../homes/code-home.ts';
import type { Services } from '../services.ts';
import type { Away } from '../sync/home-line.ts';
import { type Missing, refuseRisk, riskTaken } from './at-risk.ts';
import { type FoundCoupon, findCoupon } from './find-coupon.ts';
import { type Circumstances, gatherFacts, holdsAllRights } from './gather-facts.ts';
import { loadUse } from './use-state.ts';

export type Judgement = {
  /** One for each code, in the order entered. */
  readonly verdicts: readonly Verdict[];
  /** Offers without a code that apply beside them. */
  readonly automatic: readonly Accepted[];
  readonly totals: Evaluation['totals'];
};

type AwayReason = Away extends ReadonlyMap<string, infer Reason> ? Reason : never;

/** What is known beside the ledger, where a use may be accepted without a right. */
type Risks = { readonly vouchedFor: (couponId: string) => boolean; readonly away: Away };

export type Accepted = Extract<Verdict, { status: 'accepted' }>;

export type Verdict =
  | {
      readonly status: 'accepted';
      readonly entered: string;
      readonly found: FoundCoupon;
      readonly decision: AcceptedDecision;
      readonly atRisk: boolean;
    }
  | {
      readonly status: 'refused';
      readonly entered: string;
      readonly found: FoundCoupon | undefined;
      readonly refusal: Refusal;
    };

type Entry = {
  readonly entered: string;
  readonly found?: FoundCoupon;
  refusal?: Refusal;
  missing?: Missing | undefined;
};

/** Judges the codes of a basket together. Reads only; nothing is held or written. */
export function judgeBasket(
  services: Services,
  basket: Basket,
  { codes, automatic }: { readonly codes: readonly string[]; readonly automatic: readonly FoundCoupon[] },
  about: Circumstances,
  risks: Risks,
): Judgement {
  const { read } = services.store;
  const entries = codes.map((entered) => look(services, entered, about));
  refuseDoubles(entries);
  // What needs no code was promised to nobody: one that would be a risk is left out.
  const beside = automatic.filter((found) => {
    const { refusal: why, missing } = lookAt(services, '', found, about);
    return why === undefined && missing === undefined;
  });
  // Every round refuses at least one more code, so there are at most as many rounds as codes, and one.
  for (let round = 0; round <= codes.length; round++) {
    const open = entries.flatMap(({ found, refusal: why }) => (found && !why ? [found] : []));
    const uncoded = beside.filter(({ offer }) => !open.some((one) => one.offer.id === offer.id));
    const evaluation = evaluate({
      basket,
      offers: uniqueOffers([...open, ...uncoded]),
      coupons: open.map(({ coupon, display, offer }) => ({
        couponId: coupon.id,
        code: display,
        offerId: offer.id,
        issuedAt: coupon.issuedAt,
      })),
      facts: gatherFacts(read, services.wallTimes.at, [...open, ...uncoded], about),
    });
    if (!refuseRisky(services, entries, evaluation, about, risks)) {
      return {
        verdicts: entries.map((entry) =>
          verdictOf(entry, evaluation, hasPartOfBudget(read, entry, about.basketId)),
        ),
        automatic: uncoded.flatMap((found) => appliedOf(found, evaluation)),
        totals: evaluation.totals,
      };
    }
  }
  assert(false, 'no code is refused twice');
}

/** What the ledger knows before the engine looks at the basket. */
function look(services: Services, entered: string, about: Circumstances): Entry {
  const { read } = services.store;
  const found = findCoupon(read, entered, about.now);
  return found.ok ? lookAt(services, entered, found.value, about) : { entered, refusal: found.error };
}

function lookAt(services: Services, entered: string, found: FoundCoupon, about: Circumstances): Entry {
  const { read } = services.store;
  const entry: Entry = { entered, found };
  const { coupon, offer } = found;
  const needsRight = offer.limits.total !== undefined;
  const { state, lease } = loadUse(read, coupon, about.basketId, needsRight);
  const isHeld = state.claim.status === 'reserved';
  const holdsRight = state.claim.status === 'reserved' && state.claim.withRight;

  if (coupon.status === 'void') entry.refusal = refusal('code_void');
  else if (coupon.maxUses !== null && state.coupon.used >= coupon.maxUses) {
    entry.refusal = refusal('already_redeemed', lastUse(services, found));
  } else if (!isHeld && coupon.maxUses !== null && state.coupon.used + state.coupon.held >= coupon.maxUses) {
    entry.refusal = refusal('reserved_elsewhere', { until: heldUntil(read, coupon.id, about.basketId) });
  } else if (startsLater(services, offer)) {
    entry.refusal = refusal('not_started', startParams(offer));
  } else if (needsRight && services.faults.rightsSuspended()) {
    entry.refusal = refusal('no_lease_here', { why: 'ledger_unanchored' });
  } else if (needsRight && !holdsRight && (lease?.leased ?? 0) === 0) {
    if (!isHeld && (lease?.reserved ?? 0) > 0) entry.refusal = refusal('reserved_elsewhere');
    else if (!holdsAllRights(read, offer.id, offer.limits.total ?? 0)) entry.missing = 'no_lease_here';
  }
  // A suspended ledger may be an old copy: its codes may have been spent since, as its rights may.
  if (coupon.maxUses !== null && (services.faults.rightsSuspended() || !isAtHome(services, read, coupon)))
    entry.missing ??= 'home_unreachable';
  if (isCountedElsewhere(read, offer.campaignId)) entry.missing ??= 'no_lease_here';
  return entry;
}

/** The same coupon entered twice counts once. */
function refuseDoubles(entries: readonly Entry[]): void {
  const seen = new Set<string>();
  for (const entry of entries) {
    if (!entry.found || entry.refusal) continue;
    const { coupon, offer, display } = entry.found;
    if (seen.has(coupon.id)) {
      entry.refusal = refusal('not_combinable', {
        withOfferId: offer.id,
        withName: offer.name,
        withCode: display,
      });
    }
    seen.add(coupon.id);
  }
}

/** Accepted codes that this ledger has no right for: their offer's terms decide. True: some were refused. */
function refuseRisky(
  services: Services,
  entries: readonly Entry[],
  evaluation: Evaluation,
  about: Circumstances,
  { vouchedFor, away }: Risks,
): boolean {
  const { read } = services.store;
  const before = new Map<string, number>();
  let refusedSome = false;
  for (const entry of entries) {
    if (!entry.found || entry.refusal) continue;
    const decision = decisionOf(entry.found, evaluation);
    if (decision?.outcome !== 'accepted') continue;
    if (overBudgetHere(read, entry.found.offer, about.basketId, decision.discountMinor))
      entry.missing ??= 'no_lease_here';
    if (entry.missing === undefined) continue;
    const { coupon, offer } = entry.found;
    const earlier = before.get(offer.id) ?? 0;
    const risk = riskTaken(read, offer.id, about.now, {
      discountMinor: decision.discountMinor,
      heldUses: earlier + heldAtRisk(services, offer, about.basketId),
      managerVouches: vouchedFor(coupon.id),
    });
    const why = refuseRisk(offer.offlinePolicy, entry.missing, risk);
    if (!why) {
      before.set(offer.id, earlier + 1);
      continue;
    }
    entry.refusal = explained(why, away.get(coupon.id));
    refusedSome = true;
  }
  return refusedSome;
}

/** Uses that other baskets hold without a right, or of codes whose home is elsewhere. */
function heldAtRisk(services: Services, offer: Offer, basketId: string): number {
  const { read } = services.store;
  return read.redemptions.heldOnOffer(offer.id, basketId).filter(({ leaseId, couponId }) => {
    const coupon = read.coupons.byId(couponId);
    const lacksRight = offer.limits.total !== undefined && leaseId === null;
    return lacksRight || (coupon !== undefined && !isAtHome(services, read, coupon));
  }).length;
}

function hasPartOfBudget(read: Reads, { found }: Entry, basketId: string): boolean {
  return found !== undefined && budgetHere(read, found.offer, basketId)?.isWhole === false;
}

/** The discount is more than this ledger's part of the budget: the money may be elsewhere. */
function overBudgetHere(read: Reads, offer: Offer, basketId: string, discountMinor: number): boolean {
  const here = budgetHere(read, offer, basketId);
  return here !== undefined && !here.isWhole && discountMinor > here.freeMinor;
}

/** What the home of a code answered, or that nobody did. */
function explained(why: Refusal, away: AwayReason | undefined): Refusal {
  if (why.code !== 'home_unreachable' || away === undefined) return why;
  if (away === 'held') return refusal('reserved_elsewhere');
  return refusal(why.code, { ...why.params, why: away, seconds: HOME_WAIT_MS / SECOND_MS });
}

function decisionOf(found: FoundCoupon, evaluation: Evaluation) {
  return evaluation.decisions.find((decision) => decision.couponId === found.coupon.id);
}

function appliedOf(found: FoundCoupon, evaluation: Evaluation): Accepted[] {
  return evaluation.decisions.flatMap((decision) =>
    decision.outcome === 'accepted' && decision.couponId === undefined && decision.offerId === found.offer.id
      ? [{ status: 'accepted', entered: '', found, decision, atRisk: false }]
      : [],
  );
}

function verdictOf(
  { entered, found, refusal: why, missing }: Entry,
  evaluation: Evaluation,
  partOfBudget: boolean,
): Verdict {
  if (why || !found) {
    assert(why, 'what was not found was refused');
    return { status: 'refused', entered, found, refusal: why };
  }
  const decision = decisionOf(found, evaluation);
  assert(decision, 'the engine decides about every presented coupon');
  if (decision.outcome === 'accepted') {
    return { status: 'accepted', entered, found, decision, atRisk: missing !== undefined };
  }
  const { code, params, nextStep } = decision.refusal;
  // This ledger's part of the budget is given away; others may have some left.
  const isElsewhere = code === 'budget_exhausted' && partOfBudget;
  const told = isElsewhere ? 'no_lease_here' : code;
  return { status: 'refused', entered, found, refusal: refusal(told, { ...params, nextStep }) };
}

function uniqueOffers(found: readonly FoundCoupon[]): Offer[] {
  return [...new Map(found.map(({ offer }) => [offer.id, offer])).values()];
}

/** When and where a used-up code was last used, for the sentence that the cashier reads. */
function lastUse(services: Services, { coupon }: FoundCoupon): Refusal['params'] {
  const { read } = services.store;
  const here = coupon.lastSeq === null ? undefined : read.redemptions.atSeq(coupon.lastSeq);
  if (here && here.voidedAt === null && here.redeemedAt >= (coupon.lastElsewhereAt ?? 0)) {
    const operator = read.operators.byId(here.operatorId)?.name;
    return { at: here.redeemedAt, where: here.tillName, ...(operator === undefined ? {} : { operator }) };
  }
  return {
    ...(coupon.lastElsewhereAt === null ? {} : { at: coupon.lastElsewhereAt }),
    ...(coupon.lastElsewhere === null ? {} : { where: coupon.lastElsewhere }),
  };
}

function heldUntil(read: Reads, couponId: string, basketId: string): number {
  return Math.max(0, ...read.redemptions.heldOnCoupon(couponId, basketId).map((hold) => hold.expiresAt));
}

/**
 * The engine judges by the later of clock and high-water mark. For the beginning of an offer that would let a clock
 * set forward open it early, so where the centre's time is known, it decides.
 */
function startsLater({ clock, wallTimes }: Services, { validity }: Offer): boolean {
  const startNow = clock.startNow();
  if (startNow >= clock.now()) return false;
  if (validity.startsAt !== undefined && startNow < validity.startsAt) return true;
  const { days } = validity;
  return days?.first !== undefined && wallTimes.at(startNow, days.zone).date < days.first;
}

function startParams({ validity: { startsAt, days } }: Offer): Refusal['params'] {
  return {
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(days?.first === undefined ? {} : { firstDay: days.first }),
    nextStep: 'come_back',
  };
}
