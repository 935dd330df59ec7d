import { err, ok, type Result } from '../kernel/result.ts';
import { CROCKFORD_BITS, foldLookalikes, symbolAt, symbolValue } from './alphabet.ts';

/** Base32 of bytes in Crockford's alphabet: eight bits in, five bits out, most significant first; no padding. */

const BYTE_BITS = 8;

export function encodeCrockfordBytes(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << BYTE_BITS) | byte;
    bits += BYTE_BITS;
    while (bits >= CROCKFORD_BITS) {
      bits -= CROCKFORD_BITS;
      text += symbolAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + symbolAt((held << (CROCKFORD_BITS - bits)) & 31);
}

export type CrockfordBytesReading = {
  /** Refuse leftover bits that an encoder would not have written, so that each byte string has one text only. */
  readonly canonical?: boolean;
};

/** Any case, hyphens and look-alikes forgiven. Bits that fill no byte are dropped unless `canonical` forbids them. */
export function decodeCrockfordBytes(
  text: string,
  { canonical = false }: CrockfordBytesReading = {},
): Result<Uint8Array, 'invalid_symbol' | 'not_canonical'> {
  const normal = foldLookalikes(text.toUpperCase().replaceAll('-', ''));
  const bytes = new Uint8Array(Math.floor((normal.length * CROCKFORD_BITS) / BYTE_BITS));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < normal.length; i++) {
    const symbol = symbolValue(normal.charCodeAt(i));
    if (symbol < 0) return err('invalid_symbol');
    held = (held << CROCKFORD_BITS) | symbol;
    bits += CROCKFORD_BITS;
    if (bits >= BYTE_BITS) {
      bits -= BYTE_BITS;
      bytes[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  if (canonical && (bits >= CROCKFORD_BITS || held !== 0)) return err('not_canonical');
  return ok(bytes);
}
