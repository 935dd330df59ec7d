import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome, SignedIn } from '../handlers.ts';
import type { Services } from '../services.ts';
import { refusalOfKey } from './key-in-use.ts';

export type PassphraseChange = {
  /** The one that opens the keys now, where there is one. */
  readonly current?: string | undefined;
  /** Absent: none from now on. */
  readonly next?: string | undefined;
};

/** Wraps the keys in another passphrase, or in none, and puts that on record. */
export async function setPassphrase(
  services: Services,
  by: SignedIn | undefined,
  { current, next }: PassphraseChange,
): Promise<Outcome<void>> {
  const { passphrase } = services.ports.keys;
  if (!passphrase) {
    return err(refusal('key_unavailable', { reason: 'the keychain of this account holds the key' }));
  }
  const wasSet = passphrase.isSet();
  if (!wasSet && next === undefined) return ok(undefined);
  const changed = await passphrase.change(current, next);
  if (!changed.ok) return err(refusalOfKey(changed.error));
  const change = next === undefined ? 'removed' : wasSet ? 'changed' : 'set';
  services.store.transact((tx) => tx.append('key.passphraseChanged', { change }, services.stamp(by)));
  return ok(undefined);
}
