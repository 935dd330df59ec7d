import type { Push } from '../shared/contracts/pushes.ts';

export type Pushes = {
  send(push: Push): void;
  subscribe(listener: (push: Push) => void): () => void;
};

export function createPushes(): Pushes {
  const listeners = new Set<(push: Push) => void>();
  return {
    send(push) {
      for (const listener of listeners) listener(push);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
