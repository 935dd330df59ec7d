import { assert } from '../kernel/assert.ts';

/** SHA-256 of some bytes, 32 bytes long: injected, because `shared/` has no crypto of its own. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

const HASH_BYTES = 32;

/** What comes before the first event. */
export const GENESIS_HASH = '0'.repeat(HASH_BYTES * 2);

/** The newest event of a chain: everything before it follows from its hash. */
export type ChainHead = { readonly seq: number; readonly hash: string };

export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: GENESIS_HASH };

/** An event exactly as it was written: its text is hashed, stored and sent, never serialised again. */
export type ChainedEvent = { readonly seq: number; readonly hash: string; readonly body: string };

const encoder = new TextEncoder();

/**
 * `SHA-256(prevHash || utf8(body))`, with `prevHash` as its 32 bytes.
 * @param prevHash 64 lower-case hex digits
 * @returns 64 lower-case hex digits
 */
export function chainHash(sha256: Sha256, prevHash: string, body: string): string {
  assert(prevHash.length === HASH_BYTES * 2, 'a hash has 64 hex digits');
  const text = encoder.encode(body);
  const bytes = new Uint8Array(HASH_BYTES + text.length);
  for (let i = 0; i < HASH_BYTES; i++)
    bytes[i] = 16 * digitOf(prevHash.charCodeAt(2 * i)) + digitOf(prevHash.charCodeAt(2 * i + 1));
  bytes.set(text, HASH_BYTES);
  return toHex(sha256(bytes));
}

const CODE_OF_0 = 48;
const CODE_OF_9 = 57;
const CODE_OF_A = 97;

function digitOf(charCode: number): number {
  return charCode <= CODE_OF_9 ? charCode - CODE_OF_0 : charCode - CODE_OF_A + 10;
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function toHex(bytes: Uint8Array): string {
  assert(bytes.length === HASH_BYTES, 'SHA-256 gives 32 bytes');
  let hex = '';
  for (const byte of bytes) hex += hexOfByte[byte];
  return hex;
}

export type ChainBreak = {
  /** Where the chain stops being whole. */
  readonly seq: number;
  /** `gap`: an event is missing, doubled or out of order. `hash`: an event or its predecessor was changed. */
  readonly why: 'gap' | 'hash';
};

/** Follows a chain event by event. */
export function checkLink(sha256: Sha256, head: ChainHead, event: ChainedEvent): ChainBreak | undefined {
  if (event.seq !== head.seq + 1) return { seq: head.seq + 1, why: 'gap' };
  if (chainHash(sha256, head.hash, event.body) !== event.hash) return { seq: event.seq, why: 'hash' };
  return undefined;
}
