import { decode, encode, rfc8949EncodeOptions, Tagged } from 'cborg';

/** CBOR (RFC 8949) as everything signed here is written: deterministic (§4.2.1), and read no other way. */

/** The deepest thing that is read has four levels, the largest a few kilobytes; bounds the work on hostile input. */
export const MAX_CBOR_BYTES = 64 * 1024;

export function encodeCbor(value: unknown): Uint8Array {
  return encode(value, rfc8949EncodeOptions);
}

/** `undefined`: not well-formed, trailing bytes, indefinite lengths, numbers longer than they need, repeated keys. */
export function decodeCbor(bytes: Uint8Array, tag?: number): unknown {
  if (bytes.length > MAX_CBOR_BYTES) return undefined;
  try {
    return decode(bytes, {
      strict: true,
      useMaps: true,
      allowIndefinite: false,
      allowUndefined: false,
      rejectDuplicateMapKeys: true,
      ...(tag === undefined ? {} : { tags: { [tag]: Tagged.decoder(tag) } }),
    });
  } catch {
    // The only thing that it throws is that these bytes are not what was asked for.
    return undefined;
  }
}

export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}
