import { assert } from '../../kernel/assert.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { decodeCrockfordBytes, encodeCrockfordBytes } from '../crockford-bytes.ts';
import { ALGORITHM_EDDSA, decodeSign1, encodeSign1, protectedHeader, toBeSigned } from './cose-sign1.ts';
import { decodeCwt, encodeCwt } from './cwt.ts';
import { findKey, type KeyList, SIGNATURE_BYTES, type Sign, type Verify } from './key-list.ts';
import { uuidBytes, uuidText } from './uuid-bytes.ts';

/**
 * A code that proves its own origin: a CWT (RFC 8392) in a COSE_Sign1 with Ed25519, written in Crockford's base32 behind a
 * prefix, so that keyboard scanners and any layout carry it. A till that never saw its batch can tell genuine from
 * forged. It says nothing of remaining uses: the ledger and escrow decide those, by the coupon's id.
 */
export type TokenClaim = {
  /** UUIDs. */
  readonly couponId: string;
  readonly offerId: string;
  /** UTC milliseconds, whole seconds. */
  readonly notBefore?: number | undefined;
  readonly expiresAt?: number | undefined;
  /** How often this one coupon may be used. */
  readonly uses: number;
  /** The location whose ledger holds its right; absent: the pool. */
  readonly homeLocationId?: string | undefined;
  /** What it is worth, for an offer that pays a fixed amount. */
  readonly value?: { readonly amountMinor: number; readonly currency: string } | undefined;
};

export type TokenFault =
  | 'token_malformed'
  | 'token_key_unknown'
  | 'token_key_revoked'
  | 'token_void'
  | 'token_forged'
  | 'token_not_started'
  | 'token_expired';

export const TOKEN_PREFIX = 'CF1';
/** Everything optional present makes 156 bytes, 250 symbols. */
const MAX_TOKEN_SYMBOLS = 400;
const MAX_USES = 1_000_000;

/** Private use, RFC 8392 §9.1. An array: `[offer, uses, home or null, amount or null, currency or null]`, cut after its last. */
const CLAIM_COUPON = -65_537;
const SECOND_MS = 1_000;

export function issueToken(claim: TokenClaim, keyId: Uint8Array, sign: Sign): string {
  assert(Number.isSafeInteger(claim.uses) && claim.uses >= 1 && claim.uses <= MAX_USES, 'uses out of range');
  const { homeLocationId, value } = claim;
  const coupon: unknown[] = [
    uuidBytes(claim.offerId),
    claim.uses,
    homeLocationId === undefined ? null : uuidBytes(homeLocationId),
    value?.amountMinor ?? null,
    value?.currency ?? null,
  ];
  while (coupon.at(-1) === null) coupon.pop();
  const payload = encodeCwt(
    {
      id: uuidBytes(claim.couponId),
      notBefore: seconds(claim.notBefore),
      expiresAt: seconds(claim.expiresAt),
    },
    new Map([[CLAIM_COUPON, coupon]]),
  );
  const header = protectedHeader(ALGORITHM_EDDSA, keyId);
  const message = encodeSign1(header, payload, sign(toBeSigned(header, payload)));
  return TOKEN_PREFIX + encodeCrockfordBytes(message);
}

/** Whether a text wants to be read as a token: it has the prefix and is too long for any other code. */
export function looksLikeToken(entered: string): boolean {
  const text = compact(entered);
  return text.length > 100 && text.startsWith(TOKEN_PREFIX);
}

/** The signature is checked before anything that the token says is believed, its dates included. */
export function verifyToken(
  entered: string,
  keys: KeyList,
  nowMs: number,
  verify: Verify,
): Result<TokenClaim, TokenFault> {
  const text = compact(entered);
  if (!text.startsWith(TOKEN_PREFIX) || text.length > TOKEN_PREFIX.length + MAX_TOKEN_SYMBOLS) {
    return err('token_malformed');
  }
  const bytes = decodeCrockfordBytes(text.slice(TOKEN_PREFIX.length), { canonical: true });
  const message = bytes.ok ? decodeSign1(bytes.value) : undefined;
  if (message?.algorithm !== ALGORITHM_EDDSA || !message.keyId || message.unprotectedEntries > 0) {
    return err('token_malformed');
  }
  const key = findKey(keys, message.keyId);
  if (!key) return err('token_key_unknown');
  if (key.revoked) return err('token_key_revoked');
  const signed = toBeSigned(message.protectedHeader, message.payload);
  if (message.signature.length !== SIGNATURE_BYTES || !verify(key.publicKey, signed, message.signature)) {
    return err('token_forged');
  }
  const claim = parseClaim(message.payload);
  if (!claim) return err('token_malformed');
  if (keys.voidCoupons.includes(claim.couponId)) return err('token_void');
  if (claim.notBefore !== undefined && nowMs < claim.notBefore) return err('token_not_started');
  if (claim.expiresAt !== undefined && nowMs > claim.expiresAt) return err('token_expired');
  return ok(claim);
}

function parseClaim(payload: Uint8Array): TokenClaim | undefined {
  const read = decodeCwt(payload);
  const coupon = read?.others.get(CLAIM_COUPON);
  if (!read?.claims.id || !Array.isArray(coupon)) return undefined;
  const [offer, uses, home = null, amountMinor = null, currency = null]: unknown[] = coupon;
  const couponId = uuidText(read.claims.id);
  const offerId = uuidText(offer);
  const homeLocationId = home === null ? undefined : uuidText(home);
  if (couponId === undefined || offerId === undefined || (home !== null && homeLocationId === undefined))
    return undefined;
  if (!isCount(uses) || uses < 1 || uses > MAX_USES) return undefined;
  if ((amountMinor === null) !== (currency === null)) return undefined;
  if (amountMinor !== null && !(isCount(amountMinor) && /^[A-Z]{3}$/.test(String(currency))))
    return undefined;
  return {
    couponId,
    offerId,
    uses,
    ...(read.claims.notBefore !== undefined && { notBefore: read.claims.notBefore * SECOND_MS }),
    ...(read.claims.expiresAt !== undefined && { expiresAt: read.claims.expiresAt * SECOND_MS }),
    ...(homeLocationId !== undefined && { homeLocationId }),
    ...(isCount(amountMinor) && { value: { amountMinor, currency: String(currency) } }),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A scanner may add white space, and people group long texts. Upper case, look-alikes are base32's to resolve. */
function compact(entered: string): string {
  return entered
    .replace(/[\s-]/g, '')
    .toUpperCase()
    .replace(/^CF[IL]/, TOKEN_PREFIX);
}

function seconds(instant: number | undefined): number | undefined {
  assert(instant === undefined || instant % SECOND_MS === 0, 'tokens carry whole seconds');
  return instant === undefined ? undefined : instant / SECOND_MS;
}
