import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Feature } from '../handlers.ts';
import type { Services } from '../services.ts';
import { addBatchKey, exportTrust, ownKeys, revokeKey, takeTrust, trustedRoots } from './keys.ts';

/** Keys of signed codes: carried to other tills, taken from them, replaced, and revoked. */
export function tokensFeature(services: Services): Feature {
  const { store, clock, ports } = services;
  const { read } = store;
  function list() {
    const own = exportTrust(read);
    return ok({
      ...(own === undefined ? {} : { own }),
      keys: ownKeys(read),
      trusted: trustedRoots(read),
    });
  }
  return {
    handlers: {
      'tokens.list': list,

      'tokens.trust'(_call, { text, name }) {
        const taken = store.transact((tx) => takeTrust(tx, text, name, clock.now()));
        return taken.ok ? list() : taken;
      },

      'tokens.rotate'(_call, { batchId }) {
        if (read.tokens.ofBatch(batchId).length === 0) return err(refusal('not_found', { what: 'key' }));
        const added = store.transact((tx) => addBatchKey(tx, ports.random, batchId, clock.now()));
        return added.ok ? list() : added;
      },

      'tokens.revoke'(_call, { batchId, keyId }) {
        const keys = read.tokens
          .ofBatch(batchId)
          .filter((row) => keyId === undefined || Buffer.from(row.keyId).toString('hex') === keyId);
        if (keys.length === 0) return err(refusal('not_found', { what: 'key' }));
        store.transact((tx) => {
          for (const key of keys) if (key.revokedAt === null) revokeKey(tx, key.keyId, clock.now());
        });
        return list();
      },
    },
  };
}
