import type { Cart } from '../cart.ts';
import type { Condition } from '../offer.ts';
import type { PreparedCondition } from '../offer-book.ts';
import type { EngineRefusal, Facts, NextStep, Params, RefusalCode } from '../types.ts';
import type { Work } from '../work.ts';

/** What a condition may look at. `work` holds what earlier offers left; before any was applied, the full prices. */
export type ConditionContext = { readonly cart: Cart; readonly facts: Facts; readonly work: Work };

/** Judged: whether it holds, what it saw, and why not. */
export type Verdict = {
  readonly check: string;
  readonly facts: Params;
  readonly refusal?: EngineRefusal | undefined;
};

/** One kind of condition. Pure: the same condition and context give the same verdict. */
export type ConditionKind<C extends Condition> = (
  condition: C,
  prepared: PreparedCondition,
  context: ConditionContext,
) => Verdict;

export function holds(check: string, facts: Params): Verdict {
  return { check, facts };
}

/** A refusal whose parameters are the facts that the trace shows as well. */
export function fails(
  check: string,
  code: RefusalCode,
  nextStep: NextStep,
  facts: Params,
  more?: Params,
): Verdict {
  return {
    check,
    facts,
    refusal: { code, params: more === undefined ? facts : { ...facts, ...more }, nextStep },
  };
}
