import type { Store } from '../db/store.ts';
import { MINUTE_MS } from '../shared/kernel/instant.ts';
import type { Clock } from './ports.ts';

/** Further back than this is no drift: somebody, or an empty battery, set the clock. */
export const CLOCK_FAULT_MS = 5 * MINUTE_MS;

/**
 * Time as the ledger judges it. It never runs backwards: the high-water mark is the newest event, and whatever this
 * process saw since. So nobody makes an expired offer valid again by setting the clock back.
 */
export type TillClock = {
  /** The later of the machine's clock and the high-water mark, UTC milliseconds. */
  now(): number;
  /**
   * When an offer counts as started: the centre's time plus what has passed since on a clock that nobody can set.
   * Without a centre, the same as `now`.
   */
  startNow(): number;
  /** How far the machine's clock stands behind the high-water mark; 0 when it does not. */
  behindMs(): number;
  /** Behind by so much that redemptions wait. */
  isFaulty(): boolean;
  /** What the machine's clock says, whatever was before. Only for accepting it, on record. */
  machineNow(): number;
  /** A manager accepted the machine's clock: the mark starts anew from it. */
  restart(): void;
  /** The centre answered, and signed its time. */
  trust(serverTime: number): void;
  monotonicMs(): number;
};

export function createTillClock(clock: Clock, store: Pick<Store, 'lastEventAt'>): TillClock {
  let seen = 0;
  let trusted: { readonly serverTime: number; readonly monotonicMs: number } | undefined;

  const mark = () => Math.max(seen, store.lastEventAt() ?? 0);
  function now(): number {
    seen = Math.max(mark(), clock.now());
    return seen;
  }
  const behindMs = () => Math.max(0, mark() - clock.now());
  return {
    now,
    startNow() {
      const judged = now();
      if (!trusted) return judged;
      return Math.min(judged, trusted.serverTime + (clock.monotonicMs() - trusted.monotonicMs));
    },
    behindMs,
    isFaulty: () => behindMs() > CLOCK_FAULT_MS,
    machineNow: () => clock.now(),
    restart() {
      seen = 0;
      trusted = undefined;
    },
    trust(serverTime) {
      trusted = { serverTime, monotonicMs: clock.monotonicMs() };
    },
    monotonicMs: () => clock.monotonicMs(),
  };
}
