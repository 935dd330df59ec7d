import type { RoundingMode } from '../kernel/rounding.ts';

/**
 * How offers that may all apply are brought together.
 * - `best_combination`: the allowed combination with the lowest payable total.
 * - `stack`: all that fit, one after another; conflicts go to the first.
 * - `best_per_line`: each line keeps its largest discount only.
 * - `best_single`: one offer for the basket.
 */
export type CombineMode = 'best_combination' | 'stack' | 'best_per_line' | 'best_single';

export type EngineOptions = {
  readonly rounding: RoundingMode;
  /** Where a percentage is rounded: on the line's sum, or on each unit before it is multiplied. */
  readonly roundAt: 'line' | 'unit' | 'unit_price';
  /** Who gets the minor units that a split leaves over. */
  readonly remainder: 'largest_remainder' | 'first' | 'last';
  readonly combine: CombineMode;
  /** `staged`: item offers, then order offers, then shipping; inside each by priority, then id. */
  readonly order: 'staged' | 'priority' | 'given';
  /** Where tax is rounded. */
  readonly taxRoundAt: 'line' | 'rate';
};

export const defaultOptions: EngineOptions = {
  rounding: 'half_up',
  roundAt: 'line',
  remainder: 'largest_remainder',
  combine: 'best_combination',
  order: 'staged',
  taxRoundAt: 'rate',
};
