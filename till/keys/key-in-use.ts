import { KEY_BYTES, keyFingerprint } from '../../db/cipher.ts';
import { ledgerExists, opensUnder } from '../../db/open.ts';
import type { EventStamp, Store } from '../../db/store.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Outcome } from '../handlers.ts';
import type { CorePorts, KeyFault, KeyName } from '../ports.ts';

/** In `meta`: which key the ledger was last opened under, and since when it is that one. */
const KEY_FINGERPRINT = 'key.fingerprint';
export const KEY_CHANGED_AT = 'key.changedAt';

export function refusalOfKey({ code, reason }: KeyFault): Refusal {
  return refusal(code, { reason });
}

type Ports = Pick<CorePorts, 'keys' | 'random' | 'dataDir'>;

/**
 * The key that opens this ledger; a new one only where there is no ledger that another key would open. A change of the
 * key that was cut off left two: the ledger itself says which of them it is under.
 */
export async function chooseKey(ports: Ports): Promise<Result<{ readonly key: Uint8Array }, Refusal>> {
  const { keys, dataDir } = ports;
  const current = await loadKey(ports, 'ledger');
  if (!current.ok) return current;
  const next = await loadKey(ports, 'next');
  if (!next.ok) return next;
  if (current.value && next.value && ledgerExists(dataDir)) {
    const isUnderNext = !opensUnder(dataDir, current.value) && opensUnder(dataDir, next.value);
    return ok({ key: isUnderNext ? next.value : current.value });
  }
  if (current.value) return ok({ key: current.value });
  if (ledgerExists(dataDir)) {
    return err(refusal('ledger_key_wrong', { reason: 'there is a ledger, but no key for it' }));
  }
  const key = Uint8Array.from(ports.random.bytes(KEY_BYTES));
  const saved = await keys.save('ledger', key);
  return saved.ok ? ok({ key }) : err(refusalOfKey(saved.error));
}

/** The key with this fingerprint, of those that the ledger may be under. */
export async function keyInUse(ports: Ports, fingerprint: string): Promise<Outcome<Uint8Array>> {
  for (const name of ['ledger', 'next'] as const) {
    const key = await loadKey(ports, name);
    if (!key.ok) return key;
    if (key.value && keyFingerprint(key.value) === fingerprint) return ok(key.value);
  }
  return err(refusal('ledger_key_wrong', { reason: 'the key that opened the ledger is gone' }));
}

async function loadKey({ keys }: Ports, name: KeyName): Promise<Outcome<Uint8Array | undefined>> {
  const loaded = await keys.load(name);
  if (!loaded.ok) return err(refusalOfKey(loaded.error));
  if (loaded.value === undefined) return ok(undefined);
  return loaded.value.length === KEY_BYTES
    ? ok(Uint8Array.from(loaded.value))
    : err(
        refusal('ledger_key_wrong', {
          reason: `the key has ${loaded.value.length} bytes, not ${KEY_BYTES}`,
        }),
      );
}

/**
 * Puts on record under which key the ledger is, and makes the key store agree: the end of every change of the key,
 * whether it ends at once or at the start after it was cut off. Each step may be repeated.
 */
export async function settleKey(
  ports: Ports,
  store: Store,
  fingerprint: string,
  stamp: EventStamp,
): Promise<Outcome<void>> {
  if (store.identity()) recordKey(store, fingerprint, stamp);
  const next = await loadKey(ports, 'next');
  if (!next.ok || !next.value) return next.ok ? ok(undefined) : next;
  const { rotation } = ports.keys;
  assert(rotation, 'what holds a next key can change keys');
  const settled = await (keyFingerprint(next.value) === fingerprint
    ? rotation.promote()
    : rotation.discardNext());
  return settled.ok ? settled : err(refusalOfKey(settled.error));
}

export function recordKey(store: Store, to: string, stamp: EventStamp): void {
  const from = store.read.meta.get(KEY_FINGERPRINT);
  if (from === to) return;
  store.transact((tx) => {
    tx.write.meta.set(KEY_FINGERPRINT, to);
    if (from === undefined) return;
    tx.write.meta.set(KEY_CHANGED_AT, String(stamp.at));
    tx.append('key.changed', { from, to }, stamp);
  });
}
