import type { WallTime } from '../shared/engine/types.ts';
import { HOUR_MS, MINUTE_MS } from '../shared/kernel/instant.ts';

/** No zone is further from UTC than this, daylight saving included. */
const MAX_OFFSET_MS = 15 * HOUR_MS;

/**
 * The first instant of a calendar day in a zone, found by halving: where a clock change skips midnight the day begins
 * later, and no rule of any zone is known here.
 */
export function startOfDay(
  wallTimeAt: (instantMs: number, zone: string) => WallTime,
  day: string,
  zone: string,
): number {
  const utc = Date.parse(`${day}T00:00:00Z`);
  let before = Math.floor((utc - MAX_OFFSET_MS) / MINUTE_MS);
  let at = Math.ceil((utc + MAX_OFFSET_MS) / MINUTE_MS);
  while (at - before > 1) {
    const middle = (before + at) >> 1;
    if (wallTimeAt(middle * MINUTE_MS, zone).date >= day) at = middle;
    else before = middle;
  }
  return at * MINUTE_MS;
}
