import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { assert } from '../shared/kernel/assert.ts';

export const KEY_BYTES = 32;
const FINGERPRINT_DIGITS = 16;

/**
 * AEGIS-256: authenticated like ChaCha20-Poly1305, and with the processor's own AES almost free, where the latter
 * costs as much time as the disk (0.18 against 0.28 ms for a commit of eight pages). As a raw key: the bytes are
 * random already, and deriving a key from them would only cost time.
 */
export function applyKey(database: Database.Database, key: Uint8Array): void {
  database.pragma("cipher = 'aegis'");
  database.key(rawKey(key));
}

/** The form in which the cipher takes 32 bytes without deriving anything from them. */
export function rawKey(key: Uint8Array): Buffer {
  assert(key.length === KEY_BYTES, 'the ledger key has 32 bytes');
  return Buffer.from(`raw:${Buffer.from(key).toString('hex')}`);
}

/** Names a key; of 32 random bytes it gives nothing away. */
export function keyFingerprint(key: Uint8Array): string {
  return createHash('sha256')
    .update('counterfoil ledger key\0')
    .update(key)
    .digest('hex')
    .slice(0, FINGERPRINT_DIGITS);
}
