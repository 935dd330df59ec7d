import { assert } from '../kernel/assert.ts';
import { type Applied, apply, byPriority, type Scene, type Taken, turnsOf } from './apply.ts';
import { automaticFor } from './automatic.ts';
import { type Cart, prepareCart } from './cart.ts';
import { settle } from './combine.ts';
import { type Candidate, type Judged, judgeAlone, note } from './eligibility.ts';
import { type OfferBook, type PreparedOffer, prepareOffers } from './offer-book.ts';
import { defaultOptions, type EngineOptions } from './options.ts';
import type { Settled } from './settled.ts';
import { totalsOf } from './totals.ts';
import type {
  AcceptedDecision,
  Decision,
  EngineRefusal,
  Evaluation,
  EvaluationInput,
  Facts,
  RefusedDecision,
  Search,
} from './types.ts';
import { Work } from './work.ts';

/** What is evaluated on a hot path: the offers are prepared once for many baskets. */
export type BookInput = Omit<EvaluationInput, 'offers'> & { readonly book: OfferBook };

/**
 * Judges a basket: which coupons and automatic offers apply, what each takes off every unit, why the others do not,
 * and what is to pay. Pure: the same input gives the same bytes.
 * @throws when a coupon names an offer that was not given, or a zone is missing in the facts
 */
export function evaluate(input: EvaluationInput): Evaluation {
  const { offers, ...rest } = input;
  return evaluateWith({ ...rest, book: prepareOffers(offers) });
}

export function evaluateWith(input: BookInput): Evaluation {
  const options: EngineOptions = { ...defaultOptions, ...input.options };
  const cart = prepareCart(input.basket);
  const fullPrices = new Work(cart);
  const judged = judgeAll(input, cart, fullPrices, options);
  const candidates = judged.filter((entry) => entry.refusal === undefined).map((entry) => entry.candidate);
  const lanes = settleLanes(candidates, cart, fullPrices, input.facts, options);
  const last = lanes.at(-1);
  assert(last !== undefined, 'there is always a lane');
  const { applied } = last.settled;
  const taken = new Map(applied.taken.map((entry) => [entry.candidate, entry]));
  const decisions: Decision[] = [];
  for (const entry of judged) {
    const decision = decide(entry, taken, lanes, options);
    if (decision !== undefined) decisions.push(decision);
  }
  return {
    decisions,
    totals: totalsOf(cart, applied, options),
    search: searchOf(lanes),
  };
}

/** Presented coupons in the order given, then automatic offers that the basket can meet, by priority and id. */
function judgeAll(input: BookInput, cart: Cart, fullPrices: Work, options: EngineOptions): Judged[] {
  const { book, coupons, facts } = input;
  const judged: Judged[] = [];
  const named = new Set<string>();
  coupons.forEach((coupon, given) => {
    const prepared = book.byId.get(coupon.offerId);
    assert(prepared !== undefined, `the offer ${coupon.offerId} of a presented coupon was not given`);
    named.add(coupon.offerId);
    judged.push(judgeAlone(prepared, coupon, given, cart, fullPrices, facts, options));
  });
  oneCouponPerOffer(judged);
  for (const prepared of automaticFor(book, cart)) {
    if (named.has(prepared.offer.id)) continue;
    judged.push(judgeAlone(prepared, undefined, judged.length, cart, fullPrices, facts, options));
  }
  return judged;
}

/** A second code of the same offer adds nothing to the first: the smaller coupon id counts, whatever came first. */
function oneCouponPerOffer(judged: Judged[]): void {
  const first = new Map<PreparedOffer, Candidate>();
  for (const { candidate, refusal } of judged) {
    if (refusal !== undefined) continue;
    const before = first.get(candidate.prepared);
    if (before === undefined || byPriority(candidate, before) < 0) first.set(candidate.prepared, candidate);
  }
  judged.forEach((entry, i) => {
    if (entry.refusal !== undefined) return;
    const kept = first.get(entry.candidate.prepared);
    if (kept === undefined || kept === entry.candidate) return;
    judged[i] = { candidate: entry.candidate, refusal: refusedFor('not_combinable', kept, entry.candidate) };
  });
}

type Lane = {
  readonly members: ReadonlySet<Candidate>;
  readonly scene: Scene;
  readonly settled: Settled;
  /** Those of the lane that took something. */
  readonly chosen: readonly Candidate[];
  readonly onlyBest: boolean;
};

function settleLanes(
  candidates: readonly Candidate[],
  cart: Cart,
  fullPrices: Work,
  facts: Facts,
  options: EngineOptions,
): Lane[] {
  const byLane = new Map<number, Candidate[]>();
  for (const candidate of candidates) {
    const lane = candidate.prepared.offer.stacking.lane ?? 0;
    const members = byLane.get(lane);
    if (members === undefined) byLane.set(lane, [candidate]);
    else members.push(candidate);
  }
  if (byLane.size === 0) byLane.set(0, []);
  const lanes: Lane[] = [];
  let from: Applied | undefined;
  for (const [lane, members] of [...byLane].sort(([a], [b]) => a - b)) {
    const scene: Scene = { cart, fullPrices, from, facts, options };
    const mode = options.laneModes?.[lane] ?? options.combine;
    const settled = settle(members, mode, scene);
    from = settled.applied;
    const inLane = new Set(members);
    const chosen = from.taken
      .filter((entry) => entry.amountMinor > 0 && inLane.has(entry.candidate))
      .map((entry) => entry.candidate);
    const onlyBest = mode === 'best_per_line' || mode === 'best_single';
    lanes.push({ members: inLane, scene, settled, chosen, onlyBest });
  }
  return lanes;
}

function searchOf(lanes: readonly Lane[]): Search {
  let combinations = 0;
  let mode: Search['mode'] = 'exact';
  for (const { settled } of lanes) {
    combinations += settled.search.combinations;
    if (settled.search.mode === 'bounded') mode = 'bounded';
  }
  return { mode, combinations };
}

function decide(
  entry: Judged,
  taken: ReadonlyMap<Candidate, Taken>,
  lanes: readonly Lane[],
  options: EngineOptions,
): Decision | undefined {
  const { candidate } = entry;
  const took = taken.get(candidate);
  if (took !== undefined && took.amountMinor > 0) return accepted(took, lanes);
  // An automatic offer that does not apply was never promised to anybody, so it is not explained unless asked for.
  if (candidate.coupon === undefined && options.explainAutomatic === 'applied') return undefined;
  if (entry.refusal !== undefined) return refused(candidate, entry.refusal);
  return refused(candidate, whyNot(candidate, took !== undefined, lanes));
}

function headOf(candidate: Candidate) {
  const { prepared, coupon, trace } = candidate;
  const head = { offerId: prepared.offer.id, offerVersion: prepared.offer.version, trace };
  return coupon === undefined ? head : { ...head, couponId: coupon.couponId, code: coupon.code };
}

function accepted(took: Taken, lanes: readonly Lane[]): AcceptedDecision {
  const { offer } = took.candidate.prepared;
  const { cart } = (lanes[0] as Lane).scene;
  const { basket } = cart;
  const lines = inOrder(took.lines, (index, { amountMinor, units }) => ({
    lineId: basket.lines[index]?.id ?? '',
    amountMinor,
    units,
  }));
  const shipping = inOrder(took.shipping, (index, amountMinor) => ({
    shippingId: basket.shipping?.[index]?.id ?? '',
    amountMinor,
  }));
  return {
    ...headOf(took.candidate),
    outcome: 'accepted',
    discountMinor: took.amountMinor,
    tender: offer.fundedBy.type === 'manufacturer',
    taxTreatment: offer.fundedBy.type === 'manufacturer' ? 'after_tax' : offer.taxTreatment,
    lines,
    shipping,
  };
}

/** Entries by their index in the basket, whatever the order in which they were taken. */
function inOrder<T, U>(entries: ReadonlyMap<number, T>, write: (index: number, entry: T) => U): U[] {
  const indexes = [...entries.keys()].sort((a, b) => a - b);
  return indexes.map((index) => write(index, entries.get(index) as T));
}

function refused(candidate: Candidate, refusal: EngineRefusal): RefusedDecision {
  return { ...headOf(candidate), outcome: 'refused', refusal };
}

const NOTHING_TO_TAKE: EngineRefusal = { code: 'no_discount', params: {}, nextStep: 'none' };

/** Why a candidate that qualifies by itself is not part of what was chosen. */
function whyNot(candidate: Candidate, joined: boolean, lanes: readonly Lane[]): EngineRefusal {
  const lane = lanes.find(({ members }) => members.has(candidate));
  assert(lane !== undefined, 'every candidate stands in a lane');
  if (joined) return NOTHING_TO_TAKE;
  const known = lane.settled.reasons.get(candidate);
  if (known !== undefined) return note(known, candidate.trace) ?? NOTHING_TO_TAKE;
  const { chosen } = lane;
  const rival = chosen.find((other) => excludes(candidate, other));
  if (rival !== undefined) return refusedFor('not_combinable', rival, candidate);
  const [better] = chosen;
  if (better === undefined) return whyNotAlone(candidate, lane);
  // Where only the best may apply, having qualified and not having been chosen says it all.
  if (lane.onlyBest) return refusedFor('superseded', better, candidate);
  // Nothing forbids it: tried together with what was chosen, it either cannot join or makes nothing cheaper.
  const tried = apply(turnsOf([...chosen, candidate], lane.scene.options), lane.scene);
  if (tried.stopped !== undefined) {
    const refusal =
      tried.stopped.candidate === candidate ? note(tried.stopped.verdict, candidate.trace) : undefined;
    return refusal ?? refusedFor('superseded', better, candidate);
  }
  const took = tried.taken.find((entry) => entry.candidate === candidate);
  return took?.amountMinor === 0 ? NOTHING_TO_TAKE : refusedFor('superseded', better, candidate);
}

/** Nothing else was chosen either: what stops the candidate by itself, as an offer's budget does, is the reason. */
function whyNotAlone(candidate: Candidate, { scene }: Lane): EngineRefusal {
  const { stopped } = apply(turnsOf([candidate], scene.options), scene);
  return (stopped && note(stopped.verdict, candidate.trace)) ?? NOTHING_TO_TAKE;
}

function excludes(candidate: Candidate, other: Candidate): boolean {
  const one = candidate.prepared.offer.stacking;
  const two = other.prepared.offer.stacking;
  if (one.mode === 'exclusive' || two.mode === 'exclusive') return true;
  return one.mode === 'group' && two.mode === 'group' && one.group === two.group;
}

/** Names the offer that took the place; the code too, when it was presented. */
function refusedFor(
  code: 'not_combinable' | 'superseded',
  rival: Candidate,
  candidate: Candidate,
): EngineRefusal {
  const { offer } = rival.prepared;
  const params = { withOfferId: offer.id, withName: offer.name };
  candidate.trace.push({ check: 'combination', ok: false, facts: params });
  return {
    code,
    params: rival.coupon === undefined ? params : { ...params, withCode: rival.coupon.code },
    nextStep: rival.coupon === undefined ? 'none' : 'remove_other',
  };
}
