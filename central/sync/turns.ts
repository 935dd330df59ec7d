import { refusal } from '../../shared/contracts/refusal.ts';
import { RefusedError } from '../problem.ts';

export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Lets so many run at once; the rest wait in the order of their coming, at most so long.
 * @throws RefusedError `busy`, when the turn of a caller does not come
 */
export function createTurns(places: number, maxWaitMs: number): Turns {
  const waiting: (() => void)[] = [];
  let free = places;

  function take(): Promise<void> {
    if (free > 0) {
      free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const begin = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(begin), 1);
        reject(new RefusedError(refusal('busy'), { retryAfterSeconds: 1 }));
      }, maxWaitMs);
      waiting.push(begin);
    });
  }

  return async (work) => {
    await take();
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
