import type { Condition } from '../offer.ts';
import { type ConditionKind, fails, holds } from './condition.ts';

/** Redeemed in one of these shops. */
export const locations: ConditionKind<Extract<Condition, { type: 'locations' }>> = (
  condition,
  _prepared,
  context,
) => {
  const { locationId } = context.facts;
  const facts = { locationId: locationId ?? '', allowed: condition.locationIds.join(', ') };
  if (locationId !== undefined && condition.locationIds.includes(locationId))
    return holds('locations', facts);
  return fails('locations', 'wrong_location', 'use_elsewhere', facts);
};
