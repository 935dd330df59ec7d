import type { Condition } from '../offer.ts';
import { type ConditionKind, fails, holds } from './condition.ts';

/** Enough units of the selected goods, over the basket or on one line. */
export const minQuantity: ConditionKind<Extract<Condition, { type: 'min_quantity' }>> = (
  condition,
  prepared,
  context,
) => {
  let actual = 0;
  for (const line of context.cart.select(prepared.select)) {
    actual = condition.onOneLine === true ? Math.max(actual, line.qty) : actual + line.qty;
  }
  const facts = { required: condition.qty, actual };
  if (actual >= condition.qty) return holds('min_quantity', facts);
  return fails('min_quantity', 'min_quantity', 'add_units', facts, { missing: condition.qty - actual });
};
