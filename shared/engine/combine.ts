import { apply, byPriority, type Scene, turnsOf } from './apply.ts';
import { bestPerLine } from './best-per-line.ts';
import type { Verdict } from './conditions/condition.ts';
import type { Candidate } from './eligibility.ts';
import type { CombineMode } from './options.ts';
import { bestCombination } from './search.ts';
import type { Settled } from './settled.ts';

/** Brings candidates of one lane together, as the mode says. */
export function settle(candidates: readonly Candidate[], mode: CombineMode, scene: Scene): Settled {
  switch (mode) {
    case 'best_combination': {
      const { applied, mode: searched, combinations } = bestCombination(candidates, scene);
      return { applied, reasons: new Map(), search: { mode: searched, combinations } };
    }
    case 'stack':
      return stack(candidates, scene);
    case 'best_per_line':
      return bestPerLine(candidates, scene);
    case 'best_single':
      return bestSingle(candidates, scene);
  }
}

/** All that fit in their order. An exclusive offer wins alone; of a group the first; who does not fit is left out. */
function stack(candidates: readonly Candidate[], scene: Scene): Settled {
  const inOrder = [...new Set(turnsOf(candidates, scene.options).map((turn) => turn.candidate))];
  const exclusive = inOrder.find((candidate) => candidate.prepared.offer.stacking.mode === 'exclusive');
  const groups = new Set<string>();
  const members =
    exclusive === undefined ? inOrder.filter((candidate) => takesPlace(candidate, groups)) : [exclusive];
  return applyWithout(members, scene);
}

function takesPlace(candidate: Candidate, groups: Set<string>): boolean {
  const { mode, group } = candidate.prepared.offer.stacking;
  if (mode !== 'group' || group === undefined) return true;
  if (groups.has(group)) return false;
  groups.add(group);
  return true;
}

/** Applies all; an offer that stops the others is taken out, with its reason, and the rest tried again. */
function applyWithout(members: readonly Candidate[], scene: Scene): Settled {
  const reasons = new Map<Candidate, Verdict>();
  let turns = turnsOf(members, scene.options);
  let rounds = 0;
  // Each round takes one candidate out, so there are at most as many rounds as candidates.
  for (;;) {
    rounds += 1;
    const applied = apply(turns, scene);
    if (applied.stopped === undefined)
      return { applied, reasons, search: { mode: 'exact', combinations: rounds } };
    const { candidate, verdict } = applied.stopped;
    reasons.set(candidate, verdict);
    turns = turns.filter((turn) => turn.candidate !== candidate);
  }
}

function bestSingle(candidates: readonly Candidate[], scene: Scene): Settled {
  let best = apply([], scene);
  const reasons = new Map<Candidate, Verdict>();
  for (const candidate of [...candidates].sort(byPriority)) {
    const applied = apply(turnsOf([candidate], scene.options), scene);
    if (applied.stopped !== undefined) reasons.set(candidate, applied.stopped.verdict);
    else if (applied.payableMinor < best.payableMinor) best = applied;
  }
  return { applied: best, reasons, search: { mode: 'exact', combinations: candidates.length } };
}
