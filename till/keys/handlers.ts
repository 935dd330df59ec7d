import type { OutputOf } from '../../shared/contracts/operations.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Feature, Outcome } from '../handlers.ts';
import { adminHere } from '../operators/admin-here.ts';
import type { Services } from '../services.ts';
import { KEY_CHANGED_AT, refusalOfKey } from './key-in-use.ts';
import { rotateKey } from './rotate-key.ts';
import { setPassphrase } from './set-passphrase.ts';

/** The key of the ledger: where it is, another one, and the passphrase that wraps it. */
export function keysFeature(services: Services, backUp: () => Promise<unknown>): Feature {
  const { store, ports } = services;

  async function status(): Promise<Outcome<OutputOf<'keys.status'>>> {
    const { keys, host } = ports;
    const retired = await keys.rotation?.retired();
    if (retired && !retired.ok) return err(refusalOfKey(retired.error));
    const changedAt = store.read.meta.get(KEY_CHANGED_AT);
    return ok({
      custody: host === 'electron' ? 'keychain' : keys.passphrase?.isSet() ? 'sealed_file' : 'file',
      ...(keys.place === undefined ? {} : { place: keys.place }),
      ...(changedAt === undefined ? {} : { changedAt: Number(changedAt) }),
      retiredKeys: retired?.value.length ?? 0,
    });
  }

  return {
    handlers: {
      'keys.status': status,

      async 'keys.rotate'(call, { pin }) {
        const by = await adminHere(services, call, pin);
        if (!by.ok) return by;
        const rotated = await services.upkeep(() => rotateKey(services, by.value));
        if (!rotated.ok) return rotated;
        await backUp();
        return status();
      },

      async 'keys.setPassphrase'(call, { pin, current, next }) {
        const by = await adminHere(services, call, pin);
        if (!by.ok) return by;
        const changed = await services.upkeep(() => setPassphrase(services, by.value, { current, next }));
        if (!changed.ok) return changed;
        return status();
      },

      // Whoever asks has a core that is open; a locked one is answered by the host.
      'keys.unlock': () => ok({}),
    },
  };
}
