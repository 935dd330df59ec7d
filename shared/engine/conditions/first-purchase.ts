import type { Condition } from '../offer.ts';
import { type ConditionKind, holds } from './condition.ts';
import { unknownCustomer, wrongCustomer } from './customer.ts';

/** The customer has never bought before, as far as the caller knows; unknown is not never. */
export const firstPurchase: ConditionKind<Extract<Condition, { type: 'first_purchase' }>> = (
  _condition,
  _prepared,
  context,
) => {
  const purchases = context.facts.customer?.purchases;
  if (purchases === undefined) return unknownCustomer('first_purchase');
  const facts = { purchases };
  return purchases === 0
    ? holds('first_purchase', facts)
    : wrongCustomer('first_purchase', 'not_first_purchase', facts);
};
