import type { Condition } from '../offer.ts';
import { type ConditionKind, holds } from './condition.ts';
import { unknownCustomer } from './customer.ts';

/** Somebody must be named, so that uses can be counted for them. */
export const customerRequired: ConditionKind<Extract<Condition, { type: 'customer_required' }>> = (
  _condition,
  _prepared,
  context,
) =>
  context.facts.customer === undefined
    ? unknownCustomer('customer_required')
    : holds('customer_required', {});
