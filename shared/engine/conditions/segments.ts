import type { Condition } from '../offer.ts';
import { type ConditionKind, holds } from './condition.ts';
import { unknownCustomer, wrongCustomer } from './customer.ts';

/** The customer belongs to one of these groups. */
export const segments: ConditionKind<Extract<Condition, { type: 'segments' }>> = (
  condition,
  _prepared,
  context,
) => {
  const { customer } = context.facts;
  if (customer === undefined) return unknownCustomer('segments');
  const facts = { allowed: condition.segments.join(', '), actual: (customer.segments ?? []).join(', ') };
  const belongs = customer.segments?.some((segment) => condition.segments.includes(segment)) === true;
  return belongs ? holds('segments', facts) : wrongCustomer('segments', 'wrong_segment', facts);
};
