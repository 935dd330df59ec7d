import type { Condition } from '../offer.ts';
import { type ConditionKind, fails, holds } from './condition.ts';

/** Not more spent on the selected goods than this, undiscounted. */
export const maxSpend: ConditionKind<Extract<Condition, { type: 'max_spend' }>> = (
  condition,
  prepared,
  context,
) => {
  let actual = 0;
  for (const line of context.cart.select(prepared.select)) actual += line.subtotalMinor;
  const facts = { allowedMinor: condition.amountMinor, actualMinor: actual };
  if (actual <= condition.amountMinor) return holds('max_spend', facts);
  return fails('max_spend', 'max_spend', 'spend_less', facts, {
    excessMinor: actual - condition.amountMinor,
  });
};
