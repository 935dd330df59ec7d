import type { Worker } from 'node:worker_threads';
import type { Answer } from '../../shared/contracts/operation.ts';
import type { Push } from '../../shared/contracts/pushes.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import type { Core } from '../core.ts';
import { CoreStartError } from '../core-start-error.ts';
import type { FromCore, ToCore } from './protocol.ts';

/**
 * The host's end: a core that lives in `worker`.
 * @throws CoreStartError when the core could not start, or the worker's own error
 */
export async function connectCore(worker: Worker): Promise<Core> {
  const waiting = new Map<number, (answer: Answer<unknown>) => void>();
  const listeners = new Set<(push: Push) => void>();
  const gone: Answer<never> = { ok: false, error: refusal('busy') };
  let nextId = 1;
  let alive = true;
  const send = (message: ToCore) => worker.postMessage(message);

  const ready = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  worker.on('message', (message: FromCore) => {
    switch (message.kind) {
      case 'ready':
        return ready.resolve();
      case 'failed':
        return ready.reject(new CoreStartError(message.refusal));
      case 'answer': {
        const resolve = waiting.get(message.id);
        waiting.delete(message.id);
        return resolve?.(message.answer);
      }
      case 'push':
        for (const listener of listeners) listener(message.push);
        return;
      case 'closed':
        return closed.resolve();
    }
  });
  worker.on('error', (error) => ready.reject(error));
  worker.on('exit', () => {
    alive = false;
    ready.reject(new CoreStartError(refusal('internal')));
    closed.resolve();
    for (const resolve of waiting.values()) resolve(gone);
    waiting.clear();
  });
  await ready.promise;

  return {
    call(name, input, caller) {
      if (!alive) return Promise.resolve(gone);
      const id = nextId++;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        send({ kind: 'call', id, name, input, caller });
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      if (alive) send({ kind: 'close' });
      await closed.promise;
    },
  };
}
