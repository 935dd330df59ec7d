import { refusal } from '../shared/contracts/refusal.ts';
import { err } from '../shared/kernel/result.ts';
import type { Outcome } from './handlers.ts';
import type { Clock } from './ports.ts';
import type { Pushes } from './pushes.ts';

/** Tells how far work has come, lets others go on, and ends the work when somebody has cancelled it. */
export type Step = (done: number, outOf: number) => Promise<void>;

/** Work that may take more than a second, on behalf of a window that shows it and can end it. */
export type Works = {
  /** `workId` is the window's own name for it; without one nobody asks. A cancelled one is refused as `cancelled`. */
  run<T>(workId: string | undefined, work: (step: Step) => Promise<Outcome<T>>): Promise<Outcome<T>>;
  cancel(workId: string): void;
};

class WorkCancelled extends Error {
  override readonly name = 'WorkCancelled';
}

const TELL_EVERY_MS = 150;

export function createWorks(pushes: Pushes, clock: Pick<Clock, 'monotonicMs'>): Works {
  const running = new Map<string, { cancelled: boolean }>();
  return {
    async run(workId, work) {
      if (workId === undefined) return work(letOthersGo);
      const state = { cancelled: false };
      running.set(workId, state);
      let toldAt = clock.monotonicMs();
      try {
        return await work(async (done, outOf) => {
          await letOthersGo();
          if (state.cancelled) throw new WorkCancelled();
          const now = clock.monotonicMs();
          if (now - toldAt < TELL_EVERY_MS) return;
          toldAt = now;
          pushes.send({ topic: 'work.step', workId, done, outOf });
        });
      } catch (error) {
        if (!(error instanceof WorkCancelled)) throw error;
        return err(refusal('cancelled'));
      } finally {
        running.delete(workId);
      }
    },
    cancel(workId) {
      const state = running.get(workId);
      if (state) state.cancelled = true;
    },
  };
}

function letOthersGo(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
