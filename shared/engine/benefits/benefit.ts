import type { Benefit } from '../offer.ts';
import type { PreparedBenefit } from '../offer-book.ts';
import type { EngineOptions } from '../options.ts';
import type { Award, Work } from '../work.ts';

/** The part of the applied order in which a benefit takes its turn. */
export type Stage = 'items' | 'order' | 'shipping';

/**
 * One kind of benefit. `award` reads what is left and answers what it takes; it changes nothing.
 */
export type BenefitKind<B extends Benefit> = {
  readonly stage: (benefit: B) => Stage;
  readonly award: (benefit: B, prepared: PreparedBenefit, work: Work, options: EngineOptions) => Award;
  /**
   * Whether paying less before it never makes the customer pay more after it, line by line: then leaving it out
   * of a combination cannot help, and the search need not try.
   */
  readonly shape: (benefit: B) => Shape;
};

/** `line`: each line by itself. `spread`: one sum over several lines. `pick`: chooses units. */
export type Shape = 'line' | 'spread' | 'pick' | 'shipping';
