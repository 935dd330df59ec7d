import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { Sign, Verify } from '../../shared/codes/signed/key-list.ts';

/** RFC 8410 §7: a PKCS#8 document of an Ed25519 key is this, and the seed. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export type KeyPair = { readonly publicKey: Uint8Array; readonly sign: Sign };

export function keyPairOf(seed: Uint8Array): KeyPair {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return {
    publicKey: Uint8Array.from(Buffer.from(x, 'base64url')),
    sign: (message) => sign(null, message, key),
  };
}

export const verifyEd25519: Verify = (publicKey, message, signature) => {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, message, key, signature);
};
