import { Tagged } from 'cborg';
import { decodeCbor, encodeCbor, isBytes } from './cbor.ts';

/** COSE_Sign1, RFC 9052 §4.2: one payload, one signature. Signing and verifying are the caller's. */
export type Sign1 = {
  /** The protected header exactly as it was signed. */
  readonly protectedHeader: Uint8Array;
  /** This and the key's name: from the protected header, else from the unprotected one. */
  readonly algorithm: number | undefined;
  readonly keyId: Uint8Array | undefined;
  /** Entries of the unprotected header: nobody signed them. */
  readonly unprotectedEntries: number;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
};

/** RFC 9053 §2.2. */
export const ALGORITHM_EDDSA = -8;

const TAG_SIGN1 = 18;
const HEADER_ALGORITHM = 1;
const HEADER_KEY_ID = 4;
const NO_BYTES = new Uint8Array();

/** The bytes that the signature covers: RFC 9052 §4.4. */
export function toBeSigned(
  protectedHeader: Uint8Array,
  payload: Uint8Array,
  externalData: Uint8Array = NO_BYTES,
): Uint8Array {
  return encodeCbor(['Signature1', protectedHeader, externalData, payload]);
}

export function protectedHeader(algorithm: number, keyId: Uint8Array): Uint8Array {
  return encodeCbor(
    new Map<number, unknown>([
      [HEADER_ALGORITHM, algorithm],
      [HEADER_KEY_ID, keyId],
    ]),
  );
}

export function encodeSign1(header: Uint8Array, payload: Uint8Array, signature: Uint8Array): Uint8Array {
  return encodeCbor(new Tagged(TAG_SIGN1, [header, new Map(), payload, signature]));
}

export type Sign1Reading = {
  /** Also read a message without its tag, where the context says what it is (RFC 9052 §2). */
  readonly untagged?: boolean;
};

/** `undefined`: not a COSE_Sign1 with its payload inside. */
export function decodeSign1(bytes: Uint8Array, { untagged = false }: Sign1Reading = {}): Sign1 | undefined {
  const message = decodeCbor(bytes, TAG_SIGN1);
  const parts: unknown = message instanceof Tagged ? message.value : untagged ? message : undefined;
  if (!Array.isArray(parts) || parts.length !== 4) return undefined;
  const [header, unprotected, payload, signature]: unknown[] = parts;
  if (!isBytes(header) || !(unprotected instanceof Map)) return undefined;
  if (!isBytes(payload) || !isBytes(signature)) return undefined;
  const signed = header.length === 0 ? new Map() : decodeCbor(header);
  if (!(signed instanceof Map)) return undefined;
  const algorithm: unknown = signed.get(HEADER_ALGORITHM) ?? unprotected.get(HEADER_ALGORITHM);
  const keyId: unknown = signed.get(HEADER_KEY_ID) ?? unprotected.get(HEADER_KEY_ID);
  return {
    // An empty map is signed as no bytes at all, however it was written.
    protectedHeader: signed.size === 0 ? NO_BYTES : header,
    algorithm: typeof algorithm === 'number' ? algorithm : undefined,
    keyId: isBytes(keyId) ? keyId : undefined,
    unprotectedEntries: unprotected.size,
    payload,
    signature,
  };
}
