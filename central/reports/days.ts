import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/kernel/instant.ts';
import { startOfDay, wallTimeAt } from '../redemptions/wall-time.ts';

/** No zone is further from UTC. */
const MAX_OFFSET_MS = 16 * HOUR_MS;

/** The first instant of a date in a zone. */
export function startOfDate(zone: string, date: string): number {
  const begin = Date.parse(`${date}T00:00:00Z`);
  // From a moment that is of the date or a later one in any zone back to the first one that is of it.
  let at = startOfDay(zone, begin + MAX_OFFSET_MS);
  for (let i = 0; i < 3 && (wallTimeAt(zone, at - MINUTE_MS)?.date ?? '') >= date; i++)
    at = startOfDay(zone, at - MINUTE_MS);
  return at;
}

/** The last instant of a date in a zone. */
export function endOfDay(zone: string, date: string): number {
  const next = new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
  return startOfDate(zone, next) - 1;
}
