import { createCipheriv, createDecipheriv, type ScryptOptions, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Random } from '../ports.ts';

/**
 * A text under a passphrase: scrypt makes a key of it (RFC 7914), AES-256-GCM seals and authenticates. Costs and salt
 * are authenticated as well.
 */
const LOG2_COST = 17;
const BLOCK_SIZE = 8;
const PARALLEL = 1;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const SCRYPT_SPARE_BYTES = 1024 * 1024;
/** A damaged file must not make the till take hours or all memory. */
const MAX_LOG2_COST = 20;

const derive = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt);

export const sealedSchema = z.strictObject({
  kdf: z.strictObject({
    name: z.literal('scrypt'),
    log2Cost: z.int().min(1).max(MAX_LOG2_COST),
    blockSize: z.literal(BLOCK_SIZE),
    parallel: z.literal(PARALLEL),
    salt: z.base64url(),
  }),
  nonce: z.base64url(),
  sealed: z.base64url(),
});
export type Sealed = z.output<typeof sealedSchema>;

/** What a passphrase became; it seals and opens without asking for the passphrase again. */
export type SealingKey = { readonly kdf: Sealed['kdf']; readonly key: Uint8Array };

export async function newSealingKey(
  passphrase: string,
  random: Random,
  log2Cost = LOG2_COST,
): Promise<SealingKey> {
  const salt = Buffer.from(random.bytes(SALT_BYTES)).toString('base64url');
  const kdf = { name: 'scrypt', log2Cost, blockSize: BLOCK_SIZE, parallel: PARALLEL, salt } as const;
  return sealingKeyFor(passphrase, kdf);
}

export async function sealingKeyFor(passphrase: string, kdf: Sealed['kdf']): Promise<SealingKey> {
  const cost = 2 ** kdf.log2Cost;
  // RFC 7914 needs 128 * N * r bytes, and some more; Node refuses more than it was told.
  const maxmem = 128 * cost * kdf.blockSize + SCRYPT_SPARE_BYTES;
  const options = { N: cost, r: kdf.blockSize, p: kdf.parallel, maxmem };
  const salt = Buffer.from(kdf.salt, 'base64url');
  // The same passphrase, however the keyboard composes its accents.
  return { kdf, key: await derive(passphrase.normalize('NFC'), salt, KEY_BYTES, options) };
}

export function seal(text: string, { kdf, key }: SealingKey, random: Random): Sealed {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad(kdf));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { kdf, nonce: Buffer.from(nonce).toString('base64url'), sealed: sealed.toString('base64url') };
}

/** `undefined`: another passphrase, or somebody changed the file; nobody can tell which. */
export function open({ kdf, nonce, sealed }: Sealed, { key }: SealingKey): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  const iv = Buffer.from(nonce, 'base64url');
  if (bytes.length < TAG_BYTES || iv.length !== NONCE_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(aad(kdf));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function aad({ name, log2Cost, blockSize, parallel, salt }: Sealed['kdf']): Buffer {
  return Buffer.from([name, log2Cost, blockSize, parallel, salt].join(' '));
}
