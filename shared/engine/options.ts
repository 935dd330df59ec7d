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
  readonly roundAt: 'line' | 'unit' | 'unit_price' | 'total';
  /** Who gets the minor units that a split leaves over. */
  readonly remainder: 'largest_remainder' | 'first' | 'last';
  /** How each share of a split is rounded before the remainder is given to somebody; by default it is cut. */
  readonly shareRounding: RoundingMode;
  readonly combine: CombineMode;
  /** Offers name a lane in their stacking; a lane may be settled in its own way. */
  readonly laneModes?: Readonly<Record<number, CombineMode>> | undefined;
  /** `staged`: item offers, then order offers, then shipping; inside each by priority, then id. */
  readonly order: 'staged' | 'priority' | 'given';
  /** Where tax is rounded: on each unit, on each line, or on the sum of each rate. */
  readonly taxRoundAt: 'unit' | 'line' | 'rate';
  /** A limit per customer, and nobody is named: refuse, or let it pass and say so in the trace. */
  readonly unknownCustomer: 'refuse' | 'pass';
  /**
   * What a unit may serve when several offers reward units: `once`, as bought or as rewarded, or once in each role
   * (`per_role`), so that a unit that one offer gave away still counts as bought for another.
   */
  readonly unitUse: 'once' | 'per_role';
  /** Explain the automatic offers that applied, or also those that did not. */
  readonly explainAutomatic: 'applied' | 'all';
};

export const defaultOptions: EngineOptions = {
  rounding: 'half_up',
  roundAt: 'line',
  remainder: 'largest_remainder',
  shareRounding: 'down',
  combine: 'best_combination',
  order: 'staged',
  taxRoundAt: 'rate',
  unknownCustomer: 'refuse',
  unitUse: 'once',
  explainAutomatic: 'applied',
};
