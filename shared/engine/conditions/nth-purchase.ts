import type { Condition } from '../offer.ts';
import { type ConditionKind, holds } from './condition.ts';
import { unknownCustomer, wrongCustomer } from './customer.ts';

/** This purchase is the customer's n-th. */
export const nthPurchase: ConditionKind<Extract<Condition, { type: 'nth_purchase' }>> = (
  condition,
  _prepared,
  context,
) => {
  const purchases = context.facts.customer?.purchases;
  if (purchases === undefined) return unknownCustomer('nth_purchase');
  const facts = { required: condition.n, actual: purchases + 1 };
  if (facts.actual === condition.n) return holds('nth_purchase', facts);
  return wrongCustomer(
    'nth_purchase',
    'wrong_purchase_count',
    facts,
    facts.actual < condition.n ? 'come_back' : 'none',
  );
};
