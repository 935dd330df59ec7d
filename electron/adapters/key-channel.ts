import type { MessagePort } from 'node:worker_threads';
import type { Result } from '../../shared/kernel/result.ts';
import type { KeyName, KeyStore, KeyStoreFault } from '../../till/ports.ts';

/** The keychain can be asked in Electron's main thread only; the core lives in a worker and asks over this channel. */
type Request =
  | { readonly id: number; readonly kind: 'load'; readonly name: KeyName }
  | { readonly id: number; readonly kind: 'save'; readonly name: KeyName; readonly key: Uint8Array };
type Reply = {
  readonly id: number;
  readonly result: Result<Uint8Array | undefined, KeyStoreFault> | Result<void, KeyStoreFault>;
};

/** The main thread's end. */
export function serveKeys(port: MessagePort, keys: KeyStore): void {
  port.on('message', async (request: Request) => {
    const result =
      request.kind === 'load' ? await keys.load(request.name) : await keys.save(request.name, request.key);
    port.postMessage({ id: request.id, result } satisfies Reply);
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

  function ask(request: { kind: 'load'; name: KeyName } | { kind: 'save'; name: KeyName; key: Uint8Array }) {
    const id = nextId++;
    return new Promise<Reply['result']>((resolve) => {
      waiting.set(id, resolve);
      restUnlessWaiting();
      port.postMessage({ id, ...request } satisfies Request);
    });
  }
  return {
    // The reply to a request is of that request's kind: both ends are in this file.
    load: async (name) =>
      (await ask({ kind: 'load', name })) as Result<Uint8Array | undefined, KeyStoreFault>,
    save: async (name, key) => (await ask({ kind: 'save', name, key })) as Result<void, KeyStoreFault>,
  };
}
