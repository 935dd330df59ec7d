import { refusal } from '../../shared/contracts/refusal.ts';
import { RefusedError } from '../problem.ts';

/** Misses that cost nothing: people mistype. */
const FREE_MISSES = 5;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 15 * 60_000;
/** A caller who was quiet for so long starts anew. */
const FORGET_MS = 60 * 60_000;
/** Callers that are remembered; the oldest is forgotten first. */
const MAX_CALLERS = 10_000;

type Misses = { count: number; lastAt: number; until: number };

/** Slows down whoever tries codes: each miss after the fifth doubles the wait. Hits do not buy new tries. */
export type GuessGuard = {
  /** @throws RefusedError while the caller has to wait */
  admit(caller: string): void;
  miss(caller: string): void;
};

export function createGuessGuard(now: () => number): GuessGuard {
  const callers = new Map<string, Misses>();
  return {
    admit(caller) {
      const misses = callers.get(caller);
      if (misses === undefined) return;
      const quietMs = now() - misses.lastAt;
      // A clock that was set back would keep everybody waiting until it is there again.
      if (quietMs > FORGET_MS || quietMs < 0) {
        callers.delete(caller);
        return;
      }
      const waitMs = misses.until - now();
      if (waitMs > 0)
        throw new RefusedError(refusal('throttled', { until: misses.until }), {
          retryAfterSeconds: Math.ceil(waitMs / 1_000),
        });
    },
    miss(caller) {
      const misses = callers.get(caller) ?? { count: 0, lastAt: 0, until: 0 };
      // Re-inserting moves the caller to the end of the map: the first entry is the one to forget.
      callers.delete(caller);
      const count = misses.count + 1;
      const excess = count - FREE_MISSES;
      const delay = excess <= 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (excess - 1), MAX_DELAY_MS);
      callers.set(caller, { count, lastAt: now(), until: now() + delay });
      const oldest = callers.keys().next().value;
      if (callers.size > MAX_CALLERS && oldest !== undefined) callers.delete(oldest);
    },
  };
}
