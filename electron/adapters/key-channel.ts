import type { MessagePort } from 'node:worker_threads';
import { assert } from '../../shared/kernel/assert.ts';
import type { Result } from '../../shared/kernel/result.ts';
import type { KeyFault, KeyName, KeyStore } from '../../till/ports.ts';

/** The keychain can be asked in Electron's main thread only; the core lives in a worker and asks over this channel. */
type Question =
  | { readonly kind: 'load'; readonly name: KeyName }
  | { readonly kind: 'save'; readonly name: KeyName; readonly key: Uint8Array }
  | { readonly kind: 'promote' | 'discardNext' | 'retired' };
type Request = Question & { readonly id: number };
type Reply = { readonly id: number; readonly result: Result<unknown, KeyFault> };

/** The main thread's end. */
export function serveKeys(port: MessagePort, keys: KeyStore): void {
  const { rotation } = keys;
  function ask(request: Request): Promise<Result<unknown, KeyFault>> {
    switch (request.kind) {
      case 'load':
        return keys.load(request.name);
      case 'save':
        return keys.save(request.name, request.key);
      default:
        assert(rotation, 'the keychain can change keys');
        return rotation[request.kind]();
    }
  }
  port.on('message', async (request: Request) => {
    port.postMessage({ id: request.id, result: await ask(request) } satisfies Reply);
  });
}

/** The worker's end. */
export function keysOver(port: MessagePort): KeyStore {
  const waiting = new Map<number, (result: Reply['result']) => void>();
  let nextId = 1;
  port.on('message', ({ id, result }: Reply) => {
    waiting.get(id)?.(result);
    waiting.delete(id);
    restUnlessWaiting();
  });
  restUnlessWaiting();

  /** An unanswered question keeps the worker alive; the channel alone must not, once its core has closed. */
  function restUnlessWaiting(): void {
    if (waiting.size === 0) port.unref();
    else port.ref();
  }

  function ask<T>(question: Question): Promise<Result<T, KeyFault>> {
    const id = nextId++;
    return new Promise((resolve) => {
      // The reply to a question is of that question's kind: both ends are in this file.
      waiting.set(id, resolve as (result: Reply['result']) => void);
      restUnlessWaiting();
      port.postMessage({ id, ...question } satisfies Request);
    });
  }
  return {
    load: (name) => ask({ kind: 'load', name }),
    save: (name, key) => ask({ kind: 'save', name, key }),
    rotation: {
      promote: () => ask({ kind: 'promote' }),
      discardNext: () => ask({ kind: 'discardNext' }),
      retired: () => ask({ kind: 'retired' }),
    },
  };
}
