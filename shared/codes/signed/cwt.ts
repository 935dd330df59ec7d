import { decodeCbor, encodeCbor, isBytes } from './cbor.ts';

/** The registered claims of a CBOR Web Token, RFC 8392 §3.1; times are Unix seconds. */
export type CwtClaims = {
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly audience?: string | undefined;
  readonly expiresAt?: number | undefined;
  readonly notBefore?: number | undefined;
  readonly issuedAt?: number | undefined;
  readonly id?: Uint8Array | undefined;
};

type Claim = {
  readonly key: number;
  readonly name: keyof CwtClaims;
  readonly type: 'text' | 'time' | 'bytes';
};

const registered: readonly Claim[] = [
  { key: 1, name: 'issuer', type: 'text' },
  { key: 2, name: 'subject', type: 'text' },
  { key: 3, name: 'audience', type: 'text' },
  { key: 4, name: 'expiresAt', type: 'time' },
  { key: 5, name: 'notBefore', type: 'time' },
  { key: 6, name: 'issuedAt', type: 'time' },
  { key: 7, name: 'id', type: 'bytes' },
];

/** @param privateClaims by key; keys below -65536 are free for private use (RFC 8392 §9.1) */
export function encodeCwt(
  claims: CwtClaims,
  privateClaims: ReadonlyMap<number, unknown> = new Map(),
): Uint8Array {
  const map = new Map<number, unknown>(privateClaims);
  for (const { key, name } of registered) {
    if (claims[name] !== undefined) map.set(key, claims[name]);
  }
  return encodeCbor(map);
}

/** `undefined`: no map of claims, or a registered one of the wrong type. */
export function decodeCwt(
  bytes: Uint8Array,
): { claims: CwtClaims; others: ReadonlyMap<unknown, unknown> } | undefined {
  const others = decodeCbor(bytes);
  if (!(others instanceof Map)) return undefined;
  const claims: Record<string, unknown> = {};
  for (const { key, name, type } of registered) {
    const value: unknown = others.get(key);
    if (value === undefined) continue;
    if (!isOfType(type, value)) return undefined;
    claims[name] = value;
    others.delete(key);
  }
  // Each was checked against the type that the table gives it.
  return { claims: claims as CwtClaims, others };
}

function isOfType(type: Claim['type'], value: unknown): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'time':
      return Number.isSafeInteger(value) && Number(value) >= 0;
    case 'bytes':
      return isBytes(value);
  }
}
