import type { Condition } from '../offer.ts';
import { type ConditionKind, fails, holds } from './condition.ts';

/** A fact that the caller's system supplies, e.g. the kind of payment, has one of these values. */
export const attribute: ConditionKind<Extract<Condition, { type: 'attribute' }>> = (
  condition,
  _prepared,
  context,
) => {
  const actual = context.facts.attributes?.[condition.attribute];
  const facts = {
    attribute: condition.attribute,
    allowed: condition.values.join(', '),
    actual: actual ?? '',
  };
  if (actual !== undefined && condition.values.includes(actual)) return holds('attribute', facts);
  return fails('attribute', 'wrong_attribute', 'none', facts);
};
