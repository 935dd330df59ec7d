import { type Applied, apply, byPriority, type Scene, type Turn, turnsOf } from './apply.ts';
import { shapeOfBenefit } from './benefits/registry.ts';
import type { Candidate } from './eligibility.ts';

/**
 * The most combinations that are compared. Ten offers that each may or may not join make 1,024: up to ten such offers
 * the answer is exact; beyond, a search improves step by step within the same number, and says that it was bounded.
 */
export const MAX_COMBINATIONS = 1_024;
export const EXACT_OPEN_OFFERS = 10;
/**
 * Lines times turns over all combinations: the whole 1,024 for 20 turns on 200 lines. A larger basket is searched with
 * fewer combinations, so that no basket holds up a counter for long.
 */
const MAX_STEPS = 4_096_000;
const MIN_COMBINATIONS = 16;

export function allowedCombinations(lines: number, turns: number): number {
  const affordable = Math.floor(MAX_STEPS / Math.max(1, lines * turns));
  return Math.min(MAX_COMBINATIONS, Math.max(MIN_COMBINATIONS, affordable));
}

export type Best = {
  readonly applied: Applied;
  readonly mode: 'exact' | 'bounded';
  readonly combinations: number;
};

/** Alternatives of which a combination holds one; `undefined` is none of them. */
type Slot = readonly (Candidate | undefined)[];

/**
 * Finds the allowed combination with the lowest payable total; ties go to the higher priority, then the smaller id.
 * Offers that cannot hurt are in every combination; the others are tried.
 */
export function bestCombination(candidates: readonly Candidate[], scene: Scene): Best {
  const ranked = [...candidates].sort(byPriority);
  const turns = turnsOf(ranked, scene.options);
  const trial = new Trial(ranked, turns, scene);
  const exclusive = ranked.filter((candidate) => candidate.prepared.offer.stacking.mode === 'exclusive');
  const together = ranked.filter((candidate) => candidate.prepared.offer.stacking.mode !== 'exclusive');
  const { certain, slots } = slotsOf(together, scene);
  const exact = combinationsIn(slots, exclusive.length) <= trial.limit;
  if (exact) {
    eachCombination(slots, (chosen) => trial.run([...certain, ...chosen]));
    for (const candidate of exclusive) trial.run([candidate]);
  } else {
    searchBounded(certain, slots, exclusive, trial);
  }
  return { applied: trial.best(), mode: exact ? 'exact' : 'bounded', combinations: trial.count };
}

/** Compares combinations and keeps the best one. */
class Trial {
  readonly #rank: ReadonlyMap<Candidate, number>;
  readonly #turns: readonly Turn[];
  readonly #scene: Scene;
  #best: Applied | undefined;
  #bestChosen: readonly Candidate[] = [];
  readonly limit: number;
  count = 0;

  constructor(ranked: readonly Candidate[], turns: readonly Turn[], scene: Scene) {
    this.#rank = new Map(ranked.map((candidate, rank) => [candidate, rank]));
    this.#turns = turns;
    this.#scene = scene;
    this.limit = allowedCombinations(scene.cart.lines.length, turns.length);
  }

  get exhausted(): boolean {
    return this.count >= this.limit;
  }

  /** The best one so far; the full prices when none was allowed. */
  best(): Applied {
    return this.#best ?? this.#apply([]);
  }

  /** Whether this combination is allowed and better than all before it. */
  run(chosen: readonly Candidate[]): boolean {
    if (chosen.length === 0) return false;
    this.count += 1;
    const applied = this.#apply(this.#turnsOf(chosen));
    if (applied.stopped !== undefined || !this.#improves(applied, chosen)) return false;
    this.#best = applied;
    this.#bestChosen = chosen;
    return true;
  }

  #improves(applied: Applied, chosen: readonly Candidate[]): boolean {
    const best = this.#best;
    if (best === undefined || applied.payableMinor < best.payableMinor) return true;
    if (applied.payableMinor > best.payableMinor) return false;
    return goesFirst(this.#ranksOf(chosen), this.#ranksOf(this.#bestChosen));
  }

  #ranksOf(chosen: readonly Candidate[]): number[] {
    return chosen.map((candidate) => this.#rank.get(candidate) as number).sort((a, b) => a - b);
  }

  #turnsOf(chosen: readonly Candidate[]): readonly Turn[] {
    if (chosen.length === this.#rank.size) return this.#turns;
    const members = new Set(chosen);
    return this.#turns.filter((turn) => members.has(turn.candidate));
  }

  #apply(turns: readonly Turn[]): Applied {
    return apply(turns, this.#scene);
  }
}

/** Of two combinations that cost the same: the one whose first differing offer ranks higher, else the smaller one. */
export function goesFirst(ranks: readonly number[], other: readonly number[]): boolean {
  const shared = Math.min(ranks.length, other.length);
  for (let i = 0; i < shared; i++) {
    const difference = (ranks[i] as number) - (other[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return ranks.length < other.length;
}

function combinationsIn(slots: readonly Slot[], exclusive: number): number {
  let product = 1;
  for (const slot of slots) {
    product *= slot.length;
    // Past any limit already: multiplying on could lose precision.
    if (product > MAX_COMBINATIONS) return product;
  }
  return product + exclusive;
}

function eachCombination(slots: readonly Slot[], visit: (chosen: readonly Candidate[]) => void): void {
  const pointers = slots.map(() => 0);
  // An odometer over the slots: as many rounds as combinations, which the caller has bounded.
  for (;;) {
    visit(slots.flatMap((slot, i) => slot[pointers[i] as number] ?? []));
    let wheel = slots.length - 1;
    while (wheel >= 0) {
      const next = (pointers[wheel] as number) + 1;
      if (next < (slots[wheel] as Slot).length) {
        pointers[wheel] = next;
        break;
      }
      pointers[wheel] = 0;
      wheel -= 1;
    }
    if (wheel < 0) return;
  }
}

/**
 * Certain offers are in every combination worth comparing, since leaving one out cannot lower the total: each takes
 * its part line by line, so that a lower price before it never becomes a higher one after it. One offer that is
 * judged on what others left, or that a budget can stop, breaks that argument for all; one that splits a sum over
 * lines breaks it for all that come before it, because a lower price moves its shares to other lines.
 */
function slotsOf(together: readonly Candidate[], scene: Scene): { certain: Candidate[]; slots: Slot[] } {
  const groups = new Map<string, Candidate[]>();
  const single: Candidate[] = [];
  for (const candidate of together) {
    const { mode, group } = candidate.prepared.offer.stacking;
    if (mode !== 'group' || group === undefined) single.push(candidate);
    else groups.set(group, [...(groups.get(group) ?? []), candidate]);
  }
  const stoppable = together.some(canBeStopped);
  const spreadsAgree = spreadsAreAlike(together, scene);
  const picks = together.filter(picksUnits).length;
  const shifting = spreadsAgree ? new Set<Candidate>() : upToTheLastSpread(together, scene);
  const cannotHurt = (candidate: Candidate) =>
    !stoppable && !shifting.has(candidate) && (picks < 2 || !picksUnits(candidate));
  const certain: Candidate[] = [];
  const slots: Slot[] = [];
  for (const candidate of single) {
    if (cannotHurt(candidate)) certain.push(candidate);
    else slots.push([candidate, undefined]);
  }
  for (const members of groups.values()) {
    if (members.length === 1 && cannotHurt(members[0] as Candidate)) certain.push(members[0] as Candidate);
    else slots.push(members.every(cannotHurt) ? members : [...members, undefined]);
  }
  return { certain, slots };
}

function canBeStopped(candidate: Candidate): boolean {
  return (
    candidate.prepared.judgedLate ||
    candidate.budgetLeftMinor < Number.MAX_SAFE_INTEGER ||
    candidate.campaignLeftMinor < Number.MAX_SAFE_INTEGER
  );
}

function picksUnits(candidate: Candidate): boolean {
  return candidate.prepared.benefits.some(({ benefit }) => shapeOfBenefit(benefit) === 'pick');
}

/** Who has a turn that is a split over lines, or comes before one. */
function upToTheLastSpread(together: readonly Candidate[], scene: Scene): ReadonlySet<Candidate> {
  const turns = turnsOf(together, scene.options);
  const last = turns.findLastIndex(({ candidate, benefit }) => {
    const prepared = candidate.prepared.benefits[benefit];
    return prepared !== undefined && shapeOfBenefit(prepared.benefit) === 'spread';
  });
  return new Set(turns.slice(0, last + 1).map((turn) => turn.candidate));
}

/**
 * Offers that split one sum over several lines are harmless together when all split it over the same lines, nothing
 * that works line by line comes after them, and no line's share is taxed differently.
 */
function spreadsAreAlike(together: readonly Candidate[], scene: Scene): boolean {
  const turns = turnsOf(together, scene.options);
  let target: number | undefined;
  for (const { candidate, benefit } of turns) {
    const prepared = candidate.prepared.benefits[benefit];
    if (prepared === undefined) continue;
    const shape = shapeOfBenefit(prepared.benefit);
    if (shape === 'shipping') continue;
    if (shape !== 'spread') {
      if (target !== undefined) return false;
      continue;
    }
    if (target !== undefined && target !== prepared.target.id) return false;
    target = prepared.target.id;
    if (scene.cart.basket.taxMode === 'exclusive') {
      const lines = scene.cart.select(prepared.target);
      const rate = lines[0]?.line.taxRatePpm ?? 0;
      if (lines.some((line) => (line.line.taxRatePpm ?? 0) !== rate)) return false;
    }
  }
  return true;
}

/** Tries every change of one slot, highest priority first, until none helps or the bound is reached. */
function searchBounded(
  certain: readonly Candidate[],
  slots: readonly Slot[],
  exclusive: readonly Candidate[],
  trial: Trial,
): void {
  const chosen: (Candidate | undefined)[] = slots.map(() => undefined);
  const combined = () => [...certain, ...chosen.filter((candidate) => candidate !== undefined)];
  trial.run(combined());
  let improved = true;
  while (improved && !trial.exhausted) {
    improved = false;
    for (let i = 0; i < slots.length && !trial.exhausted; i++) {
      for (const alternative of slots[i] as Slot) {
        if (trial.exhausted) break;
        const before = chosen[i];
        if (alternative === before) continue;
        chosen[i] = alternative;
        if (trial.run(combined())) improved = true;
        else chosen[i] = before;
      }
    }
  }
  // Half of the bound again for offers that want to be alone: highest priority first.
  for (const candidate of exclusive.slice(0, trial.limit / 2)) trial.run([candidate]);
}
