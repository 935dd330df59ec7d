import { createHash, createHmac, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { CROCKFORD, foldLookalikes } from '../../shared/codes/alphabet.ts';

/** 50 bits: with ten minutes and five attempts nobody guesses it, and scrypt keeps a listener from trying them all. */
const CODE_SYMBOLS = 10;
const GROUP = 5;
const KEY_BYTES = 32;
const SCRYPT_COST = 2 ** 14;
export const NONCE_BYTES = 16;

const derive = promisify<string, Buffer, number, { N: number }, Buffer>(scrypt);

/** @param bytes at least one per symbol, random */
export function pairingCode(bytes: Uint8Array): string {
  // 32 divides 256: every symbol is as likely as another.
  return Array.from(bytes.subarray(0, CODE_SYMBOLS), (byte) => CROCKFORD[byte % CROCKFORD.length]).join('');
}

export function shownCode(code: string): string {
  return `${code.slice(0, GROUP)}-${code.slice(GROUP)}`;
}

/** What somebody typed, as `pairingCode` made it; undefined where it cannot be one. */
export function readPairingCode(entered: string): string | undefined {
  const code = foldLookalikes(entered.toUpperCase().replace(/[\s-]/g, ''));
  return code.length === CODE_SYMBOLS && [...code].every((char) => CROCKFORD.includes(char))
    ? code
    : undefined;
}

/**
 * How lane and hub prove to each other that they know the code without sending it. Both proofs are bound to the
 * authority that the lane saw when it connected: a device in between shows its own, and its proofs fit nowhere.
 */
export type PairingProofs = { readonly ofLane: string; readonly ofHub: string };

/**
 * @param nonce chosen by the lane, base64url
 * @param authority SHA-256 of the authority's certificate, hex
 */
export async function pairingProofs(code: string, nonce: string, authority: string): Promise<PairingProofs> {
  const key = await derive(code, Buffer.from(nonce, 'base64url'), KEY_BYTES, { N: SCRYPT_COST });
  const proof = (who: string) =>
    createHmac('sha256', key).update(`counterfoil-pairing-1 ${who} ${authority}`).digest('base64url');
  return { ofLane: proof('lane'), ofHub: proof('hub') };
}

/** Takes the same time whatever differs. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
