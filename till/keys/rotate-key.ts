import { KEY_BYTES, keyFingerprint } from '../../db/cipher.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome, SignedIn } from '../handlers.ts';
import type { Services } from '../services.ts';
import { recordKey, refusalOfKey, settleKey } from './key-in-use.ts';

/**
 * Puts the ledger under a new key. In this order, so that a process killed in between finds the key at its next start:
 * the new key is kept beside the old one; the ledger is written anew under it and read back; one rename puts it in
 * place; the change is on record; the new key takes the old one's name, and the old one is kept for older backups.
 */
export async function rotateKey(services: Services, by: SignedIn | undefined): Promise<Outcome<void>> {
  const { ports, store, custody } = services;
  const { rotation } = ports.keys;
  if (!rotation) return err(refusal('key_unavailable', { reason: 'this host keeps one key for good' }));
  // What an earlier try left is settled first: the ledger may be under it already.
  const settled = await settleKey(ports, store, custody.fingerprint(), services.stamp(by));
  if (!settled.ok) return settled;
  const current = await custody.key();
  if (!current.ok) return current;
  const next = Uint8Array.from(ports.random.bytes(KEY_BYTES));
  try {
    recordKey(store, keyFingerprint(current.value), services.stamp(by));
    const saved = await ports.keys.save('next', next);
    if (!saved.ok) return err(refusalOfKey(saved.error));
    const changed = store.changeKey(current.value, next);
    if (!changed.ok) {
      await rotation.discardNext();
      return err(refusal(changed.error.code, { reason: changed.error.detail }));
    }
    custody.changed(keyFingerprint(next));
  } finally {
    current.value.fill(0);
    next.fill(0);
  }
  const kept = await settleKey(ports, store, custody.fingerprint(), services.stamp(by));
  if (!kept.ok) {
    // The ledger is under the new key and both are kept: the next start, or the next change, settles it.
    ports.logger.warn('the new key is in use but not yet the first one', { code: kept.error.code });
  }
  return ok(undefined);
}
