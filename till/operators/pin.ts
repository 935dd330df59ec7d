import { scrypt, timingSafeEqual } from 'node:crypto';
import { assert } from '../../shared/kernel/assert.ts';

/** scrypt with N = 2^15, r = 8: about 70 ms and 32 MiB on a counter PC (RFC 7914 §2 for the parameters). */
export const DEFAULT_PIN_COST = 15;
const BLOCK_SIZE = 8;
const PARALLEL = 1;
const HASH_BYTES = 32;
const SALT_BYTES = 16;

/** `scrypt$<log2 N>$<salt>$<hash>`, so that the cost can rise without anybody choosing a new PIN. */
export async function hashPin(
  pin: string,
  cost: number,
  random: (count: number) => Uint8Array,
): Promise<string> {
  const salt = Buffer.from(random(SALT_BYTES));
  const hash = await derive(pin, salt, cost);
  return ['scrypt', cost, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

export async function pinFits(pin: string, stored: string): Promise<boolean> {
  const [scheme, cost, salt, hash] = stored.split('$');
  assert(scheme === 'scrypt' && cost && salt && hash, 'a stored PIN hash has four parts');
  const expected = Buffer.from(hash, 'base64url');
  return timingSafeEqual(await derive(pin, Buffer.from(salt, 'base64url'), Number(cost)), expected);
}

function derive(pin: string, salt: Buffer, cost: number): Promise<Buffer> {
  const N = 2 ** cost;
  // scrypt needs 128 × N × r bytes; Node refuses more than `maxmem`.
  const options = { N, r: BLOCK_SIZE, p: PARALLEL, maxmem: 256 * N * BLOCK_SIZE };
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, HASH_BYTES, options, (error, hash) => (error ? reject(error) : resolve(hash)));
  });
}
