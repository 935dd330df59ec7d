import { SECOND_MS } from '../../shared/kernel/instant.ts';
import type { Clock } from '../ports.ts';

/** How much to do before others get their turn, how long the rest takes, and when to tell of it. */
export type Pace = {
  /** Of the next slice. */
  size(): number;
  /** Runs one slice of work, measures it, and lets everything else that waits go first. */
  slice(work: () => number): Promise<void>;
  etaMs(left: number): number | undefined;
};

/** A scan that comes in the middle of a slice waits for the rest of it, and is still answered within 50 ms. */
const TARGET_MS = 20;
/** Less gains nothing: where the disk is slow, a slice takes as long as its flush, however short it is. */
const MIN_SLICE = 1_500;
const MAX_SLICE = 8_000;
const TELL_EVERY_MS = 250;
/** Of the newest measure in the average; about the last two seconds count. */
const WEIGHT = 0.02;

export function createPace(clock: Clock, tell: () => void): Pace {
  let size = MIN_SLICE;
  let toldAt = clock.monotonicMs();
  let endedAt = clock.monotonicMs();
  let msPerStep: number | undefined;

  return {
    size: () => size,
    async slice(work) {
      const startedAt = clock.monotonicMs();
      const steps = work();
      const took = clock.monotonicMs() - startedAt;
      if (took > 1.5 * TARGET_MS) size = Math.max(MIN_SLICE, Math.floor(size / 2));
      else if (took < 0.6 * TARGET_MS && steps >= size) size = Math.min(MAX_SLICE, Math.ceil(size * 1.25));
      await new Promise((resume) => setImmediate(resume));
      const now = clock.monotonicMs();
      if (steps > 0) {
        const each = (now - endedAt) / steps;
        msPerStep = msPerStep === undefined ? each : msPerStep + WEIGHT * (each - msPerStep);
      }
      endedAt = now;
      if (now - toldAt >= TELL_EVERY_MS) {
        toldAt = now;
        tell();
      }
    },
    etaMs: (left) =>
      msPerStep === undefined ? undefined : Math.ceil((left * msPerStep) / SECOND_MS) * SECOND_MS,
  };
}
