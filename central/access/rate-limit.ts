import { refusal } from '../../shared/contracts/refusal.ts';
import { MINUTE_MS, SECOND_MS } from '../../shared/kernel/instant.ts';
import { RefusedError } from '../problem.ts';

/** Counts requests of each caller in fixed windows of a minute. `perMinute` 0: there is no limit. */
export function createRateLimit(perMinute: number, now: () => number): (caller: string) => void {
  const counts = new Map<string, number>();
  let windowEnds = 0;
  return (caller) => {
    if (perMinute === 0) return;
    const at = now();
    // A clock that was set back begins a new window too.
    if (at >= windowEnds || at < windowEnds - MINUTE_MS) {
      counts.clear();
      windowEnds = at + MINUTE_MS;
    }
    const count = (counts.get(caller) ?? 0) + 1;
    counts.set(caller, count);
    if (count > perMinute)
      throw new RefusedError(refusal('throttled', { until: windowEnds }), {
        retryAfterSeconds: Math.ceil((windowEnds - at) / SECOND_MS),
      });
  };
}
