/** How new codes are written. Same shape as `codeFormatSchema` in contracts, which parses it at the boundary. */
export type CodeFormat =
  /** Crockford base32 with two check symbols after `length` random ones. */
  | { readonly kind: 'crockford'; readonly length: number }
  /** Version 4, RFC 9562. */
  | { readonly kind: 'uuid' }
  /** `^[A-Z][0-9]{5}$`: guessable, for tills that read nothing else. */
  | { readonly kind: 'classic' }
  /** The merchant's own, as `pattern.ts` reads it. */
  | { readonly kind: 'pattern'; readonly pattern: string };

export const MIN_CROCKFORD_LENGTH = 8;
export const MAX_CROCKFORD_LENGTH = 24;

/** Random bytes of cryptographic quality, exactly `count` of them. */
export type RandomBytes = (count: number) => Uint8Array;
