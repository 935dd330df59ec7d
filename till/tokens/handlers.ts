import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Feature } from '../handlers.ts';
import type { Services } from '../services.ts';
import { exportTrust, revokeBatchKey, takeTrust } from './keys.ts';

/** Keys of signed codes: carried to other tills, taken from them, and revoked. */
export function tokensFeature(services: Services): Feature {
  const { store, clock } = services;
  const { read } = store;
  const list = () =>
    ok({
      own: exportTrust(read),
      trusted: read.tokens.roots().map(({ name, version, trustedAt }) => ({ name, version, trustedAt })),
    });
  return {
    handlers: {
      'tokens.list': list,

      'tokens.trust'(_call, { text, name }) {
        const taken = store.transact((tx) => takeTrust(tx, text, name, clock.now()));
        return taken.ok ? list() : taken;
      },

      'tokens.revoke'(_call, { batchId }) {
        const key = read.tokens.ofBatch(batchId);
        if (!key) return err(refusal('not_found', { what: 'key' }));
        if (key.revokedAt === null) store.transact((tx) => revokeBatchKey(tx, batchId, clock.now()));
        return list();
      },
    },
  };
}
