import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCrockfordBytes, encodeCrockfordBytes } from '../crockford-bytes.ts';
import { issueKeyList, type KeyList, readKeyList, type Verify } from './key-list.ts';
import { issueToken, looksLikeToken, TOKEN_PREFIX, type TokenClaim, verifyToken } from './token.ts';

const verifyEd25519: Verify = (publicKey, message, signature) =>
  verify(
    null,
    message,
    createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
      format: 'jwk',
    }),
    signature,
  );

function keyPair() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = createPublicKey(
    createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  ).export({
    format: 'jwk',
  });
  return {
    publicKey: new Uint8Array(Buffer.from(x, 'base64url')),
    sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)),
  };
}

const issuer = keyPair();
const stranger = keyPair();
const root = keyPair();
const keyId = Uint8Array.of(1, 2);
const list: KeyList = {
  version: 3,
  keys: [{ keyId, publicKey: issuer.publicKey, revoked: false }],
  voidCoupons: [],
};

const now = Date.UTC(2026, 10, 24);
const claim: TokenClaim = {
  couponId: '018f4b6e-2f0a-7c31-9d5a-1b2c3d4e5f60',
  offerId: '018f4b6e-0000-7c31-9d5a-1b2c3d4e5f61',
  expiresAt: now + 86_400_000,
  uses: 1,
};
const full: TokenClaim = {
  ...claim,
  notBefore: now - 1_000,
  uses: 5,
  homeLocationId: '018f4b6e-0000-7c31-9d5a-1b2c3d4e5f62',
  value: { amountMinor: 500, currency: 'EUR' },
};
const token = issueToken(claim, keyId, issuer.sign);
const check = (text: string, keys = list, at = now) => verifyToken(text, keys, at, verifyEd25519);

describe('a signed token', () => {
  it('gives back what was signed', () => {
    expect(check(token)).toEqual({ ok: true, value: claim });
    expect(check(issueToken(full, keyId, issuer.sign))).toEqual({ ok: true, value: full });
    const withValue = { ...claim, value: { amountMinor: 0, currency: 'JPY' } };
    expect(check(issueToken(withValue, keyId, issuer.sign))).toEqual({ ok: true, value: withValue });
  });

  it('fits a QR of version 8, whole or with all it can say', () => {
    expect(token.length).toBeLessThanOrEqual(221);
    expect(issueToken(full, keyId, issuer.sign).length).toBeLessThanOrEqual(262);
  });

  it('is read in any case, grouped, and with look-alikes', () => {
    const grouped = token.toLowerCase().replace(/(.{5})/g, '$1 ');
    expect(check(grouped).ok).toBe(true);
    expect(check(token.replace('CF1', 'cfl').replaceAll('0', 'O')).ok).toBe(true);
    expect(looksLikeToken(grouped)).toBe(true);
    expect(looksLikeToken('CF1-SUMMER')).toBe(false);
  });

  it('is refused when any one symbol is altered', () => {
    for (let i = TOKEN_PREFIX.length; i < token.length; i++) {
      const other = token[i] === '7' ? '8' : '7';
      expect(check(token.slice(0, i) + other + token.slice(i + 1)).ok, `symbol ${i}`).toBe(false);
    }
  });

  it('is refused when cut short, lengthened, or emptied', () => {
    for (let length = 0; length < token.length; length += 7)
      expect(check(token.slice(0, length)).ok).toBe(false);
    expect(check(`${token}0`)).toEqual({ ok: false, error: 'token_malformed' });
    expect(check(`${token}${token}`)).toEqual({ ok: false, error: 'token_malformed' });
    expect(check(token + 'A'.repeat(1_000))).toEqual({ ok: false, error: 'token_malformed' });
    const bytes = decodeCrockfordBytes(token.slice(TOKEN_PREFIX.length));
    if (!bytes.ok) throw new Error('a token is base32');
    const longer = Uint8Array.of(...bytes.value, 0);
    expect(check(TOKEN_PREFIX + encodeCrockfordBytes(longer))).toEqual({
      ok: false,
      error: 'token_malformed',
    });
  });

  it('is refused from a stranger, also under the name of a known key', () => {
    expect(check(issueToken(claim, keyId, stranger.sign))).toEqual({ ok: false, error: 'token_forged' });
    expect(check(issueToken(claim, Uint8Array.of(9), stranger.sign))).toEqual({
      ok: false,
      error: 'token_key_unknown',
    });
  });

  it('is refused when its key was revoked', () => {
    const revoked: KeyList = { ...list, keys: [{ keyId, publicKey: issuer.publicKey, revoked: true }] };
    expect(check(token, revoked)).toEqual({ ok: false, error: 'token_key_revoked' });
  });

  it('is refused when it alone was voided', () => {
    const { couponId } = claim;
    expect(check(token, { ...list, voidCoupons: [couponId] })).toEqual({ ok: false, error: 'token_void' });
    const other = issueToken({ ...claim, couponId: full.offerId }, keyId, issuer.sign);
    expect(check(other, { ...list, voidCoupons: [couponId] }).ok).toBe(true);
  });

  it('is refused before and after its time, and valid through its last second', () => {
    const timed = issueToken(full, keyId, issuer.sign);
    expect(check(timed, list, now - 1_001)).toEqual({ ok: false, error: 'token_not_started' });
    expect(check(timed, list, now + 86_400_000).ok).toBe(true);
    expect(check(timed, list, now + 86_400_001)).toEqual({ ok: false, error: 'token_expired' });
  });

  it('never crashes on any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 200 })), (noise) => {
        const text = typeof noise === 'string' ? noise : encodeCrockfordBytes(noise);
        return !check(TOKEN_PREFIX + text).ok;
      }),
    );
  });
});

describe('the key list', () => {
  const signed = issueKeyList(list, root.sign);
  const read = (bytes: Uint8Array, known = 0) => readKeyList(bytes, root.publicKey, known, verifyEd25519);

  it('gives back what the root key signed', () => {
    expect(read(signed)).toEqual({ ok: true, value: list });
    const withVoid = { ...list, voidCoupons: [claim.couponId, claim.offerId] };
    expect(read(issueKeyList(withVoid, root.sign))).toEqual({ ok: true, value: withVoid });
    expect(read(signed, 3).ok).toBe(true);
  });

  it('is refused when older than one seen before', () => {
    expect(read(signed, 4)).toEqual({ ok: false, error: 'older' });
  });

  it('is refused when anybody else signed it, or when it is a signed token', () => {
    expect(read(issueKeyList(list, stranger.sign))).toEqual({ ok: false, error: 'forged' });
    const rootToken = decodeCrockfordBytes(issueToken(claim, keyId, root.sign).slice(TOKEN_PREFIX.length));
    if (!rootToken.ok) throw new Error('a token is base32');
    expect(read(rootToken.value)).toEqual({ ok: false, error: 'forged' });
  });

  it('is refused with any byte altered', () => {
    for (let i = 0; i < signed.length; i++) {
      const altered = Uint8Array.from(signed);
      altered[i] = (altered[i] ?? 0) ^ 1;
      expect(read(altered).ok, `byte ${i}`).toBe(false);
    }
  });
});
