import type { Store } from '../store/open.ts';

/**
 * Wakes requests that wait for something that another request of this process does. Other processes ring no bell here,
 * so whoever waits also looks by itself now and then.
 */
export type Bell = {
  ring(name: string): void;
  /** Resolves when it rings, when the time is over, or when the server closes. */
  wait(name: string, ms: number): Promise<void>;
  close(): void;
  readonly isClosed: boolean;
};

const bells = new WeakMap<Store, Bell>();

export function bellOf(store: Store): Bell {
  let bell = bells.get(store);
  if (bell === undefined || bell.isClosed) {
    bell = createBell();
    bells.set(store, bell);
  }
  return bell;
}

function createBell(): Bell {
  const waiting = new Map<string, Set<() => void>>();
  let isClosed = false;
  return {
    get isClosed() {
      return isClosed;
    },
    ring(name) {
      for (const wake of waiting.get(name) ?? []) wake();
    },
    wait: (name, ms) =>
      new Promise((resolve) => {
        if (isClosed) return resolve();
        const sleepers = waiting.get(name) ?? new Set();
        waiting.set(name, sleepers);
        const wake = () => {
          clearTimeout(timer);
          sleepers.delete(wake);
          if (sleepers.size === 0) waiting.delete(name);
          resolve();
        };
        const timer = setTimeout(wake, ms);
        sleepers.add(wake);
      }),
    close() {
      isClosed = true;
      for (const sleepers of [...waiting.values()]) for (const wake of [...sleepers]) wake();
    },
  };
}
