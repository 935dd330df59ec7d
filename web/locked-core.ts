import type { Answer } from '../shared/contracts/operation.ts';
import { type OutputOf, operations } from '../shared/contracts/operations.ts';
import type { Push } from '../shared/contracts/pushes.ts';
import { type Refusal, refusal } from '../shared/contracts/refusal.ts';
import type { Result } from '../shared/kernel/result.ts';
import type { Core } from '../till/core.ts';

/**
 * A till whose key file waits for its passphrase: it says so, takes the passphrase, and is the till from then on. Only
 * windows of this machine that know the launch secret reach it; the hub's door opens after.
 */
export function createLockedCore(parts: {
  readonly version: string;
  /** Starts the till with a passphrase. */
  readonly open: (passphrase: string) => Promise<Result<Core, Refusal>>;
}): Core {
  /** Each with what ends its subscription at the core, once there is one. */
  const listeners = new Map<(push: Push) => void, () => void>();
  let core: Core | undefined;
  let opening = false;
  let closed = false;

  async function unlock(input: unknown): Promise<Answer<unknown>> {
    const parsed = operations['keys.unlock'].input.safeParse(input);
    if (!parsed.success) return refused('invalid_input');
    // One guess at a time: each costs what scrypt costs, and a thread.
    if (opening) return refused('busy');
    opening = true;
    try {
      const opened = await parts.open(parsed.data.passphrase);
      if (!opened.ok) return { ok: false, error: opened.error };
      core = opened.value;
      if (closed) await core.close();
      for (const listener of listeners.keys()) {
        listeners.set(listener, core.subscribe(listener));
        listener({ topic: 'app.changed' });
      }
      return { ok: true, value: {} };
    } finally {
      opening = false;
    }
  }

  return {
    async call(name, input, caller) {
      if (core) return core.call(name, input, caller);
      if (closed) return refused('busy');
      if (name === 'keys.unlock') return unlock(input);
      if (name !== 'app.status') return refused('key_locked');
      const value: OutputOf<'app.status'> = { phase: 'locked', version: parts.version, host: 'web' };
      return { ok: true, value };
    },
    subscribe(listener) {
      if (core) return core.subscribe(listener);
      listeners.set(listener, () => undefined);
      return () => {
        listeners.get(listener)?.();
        listeners.delete(listener);
      };
    },
    async close() {
      closed = true;
      await core?.close();
    },
  };
}

function refused(code: Refusal['code']): Answer<never> {
  return { ok: false, error: refusal(code) };
}
