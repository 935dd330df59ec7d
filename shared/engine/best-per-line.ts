import { Application, apply, byPriority, type Scene, turnsOf } from './apply.ts';
import { awardOf } from './benefits/registry.ts';
import type { Verdict } from './conditions/condition.ts';
import { type Candidate, judgeLate } from './eligibility.ts';
import type { Settled } from './settled.ts';
import { type Taking, wholeLine } from './work.ts';

/** What a candidate alone would take off one line, or off one shipping line. */
type Bid = {
  readonly candidate: Candidate;
  readonly amountMinor: number;
  readonly taking?: Taking | undefined;
};

/** Every candidate is computed alone; each line and each shipping line keeps its largest discount only. */
export function bestPerLine(candidates: readonly Candidate[], scene: Scene): Settled {
  const reasons = new Map<Candidate, Verdict>();
  let bidders = [...candidates].sort(byPriority);
  let rounds = 0;
  // A shared budget can stop a winner: it is taken out and its lines go to the next, at most once per candidate.
  for (;;) {
    rounds += 1;
    const application = new Application(scene);
    const stopped = takeWinners(bidders, scene, application, reasons);
    if (stopped === undefined) {
      const search = { mode: 'exact', combinations: rounds } as const;
      return { applied: application.done(), reasons, search };
    }
    bidders = bidders.filter((bidder) => bidder !== stopped);
  }
}

function takeWinners(
  bidders: readonly Candidate[],
  scene: Scene,
  application: Application,
  reasons: Map<Candidate, Verdict>,
): Candidate | undefined {
  const lines: (Bid | undefined)[] = scene.cart.lines.map(() => undefined);
  const shipping: (Bid | undefined)[] = application.work.shippingLeft.map(() => undefined);
  for (const candidate of bidders) {
    const verdict = bid(candidate, scene, application, lines, shipping);
    if (verdict !== undefined) reasons.set(candidate, verdict);
  }
  for (const candidate of new Set([...lines, ...shipping].map((winner) => winner?.candidate))) {
    if (candidate === undefined) continue;
    const takings = lines.flatMap((winner) => (winner?.candidate === candidate ? (winner.taking ?? []) : []));
    const off = shipping.flatMap((winner, index) =>
      winner?.candidate === candidate ? [{ index, amountMinor: winner.amountMinor }] : [],
    );
    const verdict = application.take(candidate, { takings, shipping: off });
    if (verdict === undefined) continue;
    reasons.set(candidate, verdict);
    return candidate;
  }
  return undefined;
}

/** Enters what the candidate alone would take; ties stay with who came first, the higher priority. */
function bid(
  candidate: Candidate,
  scene: Scene,
  application: Application,
  lines: (Bid | undefined)[],
  shipping: (Bid | undefined)[],
): Verdict | undefined {
  const { cart, facts, options } = scene;
  const [only, ...more] = candidate.prepared.benefits;
  if (only === undefined || more.length > 0) {
    // Several benefits build on each other, so they are applied to see their sum on each line.
    const alone = apply(turnsOf([candidate], options), scene);
    if (alone.stopped !== undefined) return alone.stopped.verdict;
    const taken = alone.taken.find((entry) => entry.candidate === candidate);
    for (const [index, { amountMinor }] of taken?.lines ?? []) {
      const line = cart.lines[index];
      if (line !== undefined)
        enter(lines, index, { candidate, amountMinor, taking: { span: wholeLine(line), amountMinor } });
    }
    for (const [index, amountMinor] of taken?.shipping ?? [])
      enter(shipping, index, { candidate, amountMinor });
    return undefined;
  }
  if (candidate.prepared.judgedLate) {
    const verdict = judgeLate(candidate, cart, facts, application.work);
    if (verdict !== undefined) return verdict;
  }
  const award = awardOf(only, application.work, options);
  for (const taking of award.takings) {
    enter(lines, taking.span.line.index, { candidate, amountMinor: taking.amountMinor, taking });
  }
  for (const { index, amountMinor } of award.shipping) enter(shipping, index, { candidate, amountMinor });
  return undefined;
}

function enter(winners: (Bid | undefined)[], index: number, bid: Bid): void {
  const before = winners[index];
  if (bid.amountMinor > (before?.amountMinor ?? 0)) winners[index] = bid;
}
