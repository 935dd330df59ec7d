import type { Condition } from '../offer.ts';
import { type ConditionKind, fails, holds } from './condition.ts';

/** Enough spent on the selected goods, in the basket's own tax mode. Reaching the amount exactly is enough. */
export const minSpend: ConditionKind<Extract<Condition, { type: 'min_spend' }>> = (
  condition,
  prepared,
  context,
) => {
  const lines = context.cart.select(prepared.select);
  let actual = 0;
  for (const line of lines) {
    actual += condition.measure === 'after_discounts' ? context.work.lineLeft(line) : line.subtotalMinor;
  }
  const facts = { requiredMinor: condition.amountMinor, actualMinor: actual };
  if (actual >= condition.amountMinor) return holds('min_spend', facts);
  return fails('min_spend', 'min_spend', 'spend_more', facts, {
    missingMinor: condition.amountMinor - actual,
  });
};
