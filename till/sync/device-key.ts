import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome } from '../handlers.ts';
import { refusalOfKey } from '../keys/key-in-use.ts';
import type { KeyStore, Random } from '../ports.ts';

/** The key that speaks for this device: its private half never leaves the key store's process. */
export type DeviceKey = {
  /** Raw Ed25519 public key, base64url. */
  readonly publicKey: string;
  sign(text: string): Uint8Array;
};

const SEED_BYTES = 32;
/** RFC 8410 §7: a PKCS#8 document of an Ed25519 key is this, and the seed. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The device key, made and saved when there is none: a retry of the enrolment then shows the same one. */
export async function openDeviceKey(keys: KeyStore, random: Random): Promise<Outcome<DeviceKey>> {
  const loaded = await keys.load('device');
  if (!loaded.ok) return err(refusalOfKey(loaded.error));
  if (loaded.value !== undefined) {
    return loaded.value.length === SEED_BYTES
      ? ok(deviceKeyOf(loaded.value))
      : err(refusal('ledger_key_wrong', { reason: 'the device key is damaged' }));
  }
  const seed = random.bytes(SEED_BYTES);
  const saved = await keys.save('device', seed);
  return saved.ok ? ok(deviceKeyOf(seed)) : err(refusalOfKey(saved.error));
}

export function deviceKeyOf(seed: Uint8Array): DeviceKey {
  const key: KeyObject = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return {
    publicKey: String(x),
    sign: (text) => sign(null, Buffer.from(text, 'latin1'), key),
  };
}
