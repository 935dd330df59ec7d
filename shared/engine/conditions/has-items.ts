import type { Condition } from '../offer.ts';
import { type ConditionKind, fails, holds } from './condition.ts';

/** At least one unit of the selected goods is in the basket. */
export const hasItems: ConditionKind<Extract<Condition, { type: 'has_items' }>> = (
  _condition,
  prepared,
  context,
) => {
  const facts = { matchingLines: context.cart.select(prepared.select).length };
  if (facts.matchingLines > 0) return holds('has_items', facts);
  return fails('has_items', 'no_matching_items', 'add_items', facts);
};
