import { err, ok, type Result } from '../../kernel/result.ts';
import { decodeCbor, encodeCbor, isBytes } from './cbor.ts';
import { ALGORITHM_EDDSA, decodeSign1, encodeSign1, protectedHeader, toBeSigned } from './cose-sign1.ts';
import { uuidBytes, uuidText } from './uuid-bytes.ts';

/**
 * The keys that may sign tokens. The list itself is signed by a root key, which every till has pinned: a new list needs
 * no trust in the way it came. A till keeps the highest version that it has seen and refuses older ones, so that a
 * revoked key cannot be brought back by an old list.
 */
export type KeyList = {
  readonly version: number;
  readonly keys: readonly SigningKey[];
  /** Coupons that were voided one by one, as UUIDs: their tokens are refused though their keys are good. */
  readonly voidCoupons: readonly string[];
};

export type SigningKey = {
  /** Names the key in tokens; short, because every token carries it. */
  readonly keyId: Uint8Array;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** No token of this key is accepted any more, whenever it was signed. */
  readonly revoked: boolean;
};

/** Ed25519 (RFC 8032): `node:crypto` at till and centre. */
export type Sign = (message: Uint8Array) => Uint8Array;
export type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
const MAX_KEY_ID_BYTES = 8;
export const MAX_KEYS = 100;
/** 34 kB of a list. More are revoked with their key. */
export const MAX_VOID_COUPONS = 2_000;
const ROOT_KEY_ID = Uint8Array.of(0);
/** Signed beside the content, so that no other signature of the root key can be passed off as a list. */
const PURPOSE = new TextEncoder().encode('counterfoil key list 1');

export type KeyListFault = 'malformed' | 'forged' | 'older';

export function issueKeyList(list: KeyList, sign: Sign): Uint8Array {
  const payload = encodeCbor([
    list.version,
    list.keys.map((key) => [key.keyId, key.publicKey, key.revoked]),
    list.voidCoupons.map(uuidBytes),
  ]);
  const header = protectedHeader(ALGORITHM_EDDSA, ROOT_KEY_ID);
  return encodeSign1(header, payload, sign(toBeSigned(header, payload, PURPOSE)));
}

/** @param knownVersion of the newest list seen so far; 0 before the first */
export function readKeyList(
  bytes: Uint8Array,
  rootKey: Uint8Array,
  knownVersion: number,
  verify: Verify,
): Result<KeyList, KeyListFault> {
  const message = decodeSign1(bytes);
  if (message?.algorithm !== ALGORITHM_EDDSA || message.unprotectedEntries > 0) return err('malformed');
  const signed = toBeSigned(message.protectedHeader, message.payload, PURPOSE);
  if (message.signature.length !== SIGNATURE_BYTES || !verify(rootKey, signed, message.signature)) {
    return err('forged');
  }
  const list = parseKeyList(decodeCbor(message.payload));
  if (!list) return err('malformed');
  return list.version < knownVersion ? err('older') : ok(list);
}

function parseKeyList(value: unknown): KeyList | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const [version, keys, coupons]: unknown[] = value;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) return undefined;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) return undefined;
  const parsed = keys.map(parseKey);
  if (!parsed.every((key) => key !== undefined)) return undefined;
  if (!Array.isArray(coupons) || coupons.length > MAX_VOID_COUPONS) return undefined;
  const voidCoupons = coupons.map(uuidText);
  if (!voidCoupons.every((id) => id !== undefined)) return undefined;
  return { version, keys: parsed, voidCoupons };
}

function parseKey(value: unknown): SigningKey | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const [keyId, publicKey, revoked]: unknown[] = value;
  if (!isBytes(keyId) || keyId.length === 0 || keyId.length > MAX_KEY_ID_BYTES) return undefined;
  if (!isBytes(publicKey) || publicKey.length !== PUBLIC_KEY_BYTES || typeof revoked !== 'boolean')
    return undefined;
  return { keyId, publicKey, revoked };
}

export function findKey(list: KeyList, keyId: Uint8Array): SigningKey | undefined {
  return list.keys.find(
    (key) => key.keyId.length === keyId.length && key.keyId.every((byte, i) => byte === keyId[i]),
  );
}
