import { SECOND_MS } from '../shared/kernel/instant.ts';
import type { Feature } from './handlers.ts';
import type { Services } from './services.ts';
import { systemTimers } from './system-ports.ts';

const TICK_MS = SECOND_MS;
const TIDY_EVERY_TICKS = 30;
/** So much waits in the log that it is moved even while the till is busy. */
const MANY_EVENTS = 300;

/**
 * What a till does by itself, once a second: the anchor reaches the disk, the write-ahead log is moved into the
 * database while nobody waits, and holds whose time is over are let go.
 */
export function housekeepingFeature(services: Services, tidy: () => void): Feature {
  const { store, anchor, ports } = services;
  const { every } = ports.timers ?? systemTimers;
  let stop = () => {};
  let ticks = 0;
  let checkpointedSeq = store.head().seq;
  let lastSeq = checkpointedSeq;

  function tick(): void {
    ticks += 1;
    try {
      anchor.flush();
      const { seq } = store.head();
      const isQuiet = seq === lastSeq;
      lastSeq = seq;
      if (seq - checkpointedSeq >= (isQuiet ? 1 : MANY_EVENTS)) {
        store.checkpoint();
        checkpointedSeq = seq;
      }
      if (ticks % TIDY_EVERY_TICKS === 0) tidy();
    } catch (error) {
      // A full or missing disk is answered to whoever asks for something; here it is only noted.
      ports.logger.warn('housekeeping failed', {
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  return {
    handlers: {},
    start() {
      stop = every(TICK_MS, tick);
    },
    stop: () => stop(),
  };
}
