import type { Offer } from '../../shared/engine/offer.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/kernel/instant.ts';
import { startOfDay, wallTimeAt } from '../redemptions/wall-time.ts';

/** A zone's day begins within this of the same day in UTC. */
const MAX_OFFSET_MS = 16 * HOUR_MS;

/** The last instant at which the terms accept anybody, as the engine judges it; `undefined`: they have no end. */
export function endsAt({ validity }: Offer): number | undefined {
  const ends: number[] = [];
  if (validity.endsAt !== undefined) ends.push(validity.endsAt);
  const { days } = validity;
  if (days?.last !== undefined) ends.push(startOfNextDay(days.zone, days.last) - 1);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** The first instant after a day of a zone. */
function startOfNextDay(zone: string, day: string): number {
  const begin = Date.parse(`${day}T00:00:00Z`);
  // From a moment that is of a later day in any zone back to the first one that is.
  let at = startOfDay(zone, begin + DAY_MS + MAX_OFFSET_MS);
  for (let i = 0; i < 3 && (wallTimeAt(zone, at - MINUTE_MS)?.date ?? day) > day; i++)
    at = startOfDay(zone, at - MINUTE_MS);
  return at;
}
