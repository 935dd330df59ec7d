import { createHash, createHmac, createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { decodeSign1, toBeSigned } from '../../../shared/codes/signed/cose-sign1.ts';
import { encodeCwt } from '../../../shared/codes/signed/cwt.ts';
import {
  contentDigestText,
  parseByteSequence,
  type SignatureParams,
  signatureBase,
  signatureParamsText,
} from '../../../shared/contracts/http-signature.ts';
import { type Fields, failed, type Kind, Untranslatable } from '../case-file.ts';
import { sameFields } from '../compare-fields.ts';
import { object, text, texts } from '../read.ts';

type CoseAlgorithm = { readonly id: number; readonly curve: string; readonly hash: string | null };
const coseAlgorithms: Readonly<Record<string, CoseAlgorithm | undefined>> = {
  ES256: { id: -7, curve: 'P-256', hash: 'sha256' },
  ES384: { id: -35, curve: 'P-384', hash: 'sha384' },
  ES512: { id: -36, curve: 'P-521', hash: 'sha512' },
  EdDSA: { id: -8, curve: 'Ed25519', hash: null },
};

function bytes(hex: unknown): Buffer {
  return Buffer.from(String(hex ?? ''), 'hex');
}

function publicJwk(curve: string, input: Fields): JsonWebKey {
  const x = bytes(input.x_hex).toString('base64url');
  if (curve === 'Ed25519') return { kty: 'OKP', crv: curve, x };
  return { kty: 'EC', crv: curve, x, y: bytes(input.y_hex).toString('base64url') };
}

const coseSign1: Kind = ({ input, expect }) => {
  const algorithm = coseAlgorithms[String(input.alg)];
  if (!algorithm) throw new Untranslatable(`no algorithm is called ${String(input.alg)}`);
  const message = decodeSign1(bytes(input.cbor_hex), { untagged: input.tag_required !== true });
  if (message?.algorithm !== algorithm.id) return sameFields(expect, { valid: false });
  const signed = toBeSigned(message.protectedHeader, message.payload, bytes(input.external_aad_hex));
  const key = createPublicKey({ key: publicJwk(algorithm.curve, input), format: 'jwk' });
  const valid = verify(algorithm.hash, signed, { key, dsaEncoding: 'ieee-p1363' }, message.signature);
  return sameFields(expect, {
    valid,
    to_be_signed_hex: Buffer.from(signed).toString('hex'),
    payload_utf8: Buffer.from(message.payload).toString('utf8'),
    payload_hex: Buffer.from(message.payload).toString('hex'),
  });
};

const cwtClaims: Kind = ({ input, expect }) => {
  const claims = object(input.claims, 'claims');
  const time = (name: string) => (claims[name] === undefined ? undefined : Number(claims[name]));
  const encoded = encodeCwt({
    issuer: text(claims.iss),
    subject: text(claims.sub),
    audience: text(claims.aud),
    expiresAt: time('exp'),
    notBefore: time('nbf'),
    issuedAt: time('iat'),
    id: claims.cti_hex === undefined ? undefined : bytes(claims.cti_hex),
  });
  return sameFields(expect, { cbor_hex: Buffer.from(encoded).toString('hex') });
};

const contentDigest: Kind = ({ input, expect }) => {
  const algorithm = String(input.alg);
  if (algorithm !== 'sha-256' && algorithm !== 'sha-512')
    throw new Untranslatable(`no digest is called ${algorithm}`);
  const digest = createHash(algorithm.replace('-', '')).update(String(input.body)).digest('base64');
  return sameFields(expect, {
    digest_b64: parseByteSequence(contentDigestText(algorithm, digest), algorithm),
  });
};

const httpSignature: Kind = ({ input, expect }) => {
  const message = object(input.message, 'message');
  const components = texts(input.components, 'components');
  const paramsText = signatureParamsText(components, signatureParams(input));
  const base = signatureBase(
    {
      ...(message.method !== undefined && { method: String(message.method) }),
      ...(message.target !== undefined && { target: String(message.target) }),
      ...(typeof message.status === 'number' && { status: message.status }),
      headers: headersOf(message),
    },
    components,
    paramsText,
  );
  if (base === undefined) return failed('the message lacks a component');
  if (input.alg !== 'hmac-sha256')
    throw new Untranslatable(`only a shared secret signs here: ${String(input.alg)}`);
  const secret = Buffer.from(String(input.secret_b64), 'base64');
  return sameFields(expect, {
    signature_base: base,
    signature_b64: createHmac('sha256', secret).update(base).digest('base64'),
    // Its label is the caller's choice: the one that the case gives.
    signature_input: `${String(expect.signature_input).split('=')[0]}=${paramsText}`,
  });
};

function signatureParams(input: Fields): SignatureParams {
  const { created, expires, nonce, alg, keyid, tag } = object(input.params, 'params');
  return {
    ...(typeof created === 'number' && { created }),
    ...(typeof expires === 'number' && { expires }),
    ...(typeof nonce === 'string' && { nonce }),
    ...(typeof alg === 'string' && { alg }),
    ...(typeof keyid === 'string' && { keyid }),
    ...(typeof tag === 'string' && { tag }),
  };
}

function headersOf(message: Fields): Record<string, string> {
  const headers = object(message.headers, 'headers');
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** As the centre signs what it sends: `central/webhooks/sender.ts`. */
const webhookSign: Kind = ({ input, expect }) => {
  const at = new Date(Number(input.timestamp) * 1_000);
  const header = new Webhook(String(input.secret)).sign(String(input.id), at, String(input.payload));
  return sameFields(expect, { header });
};

export const signatureKinds: Readonly<Record<string, Kind>> = {
  cose_sign1: coseSign1,
  cwt_claims: cwtClaims,
  content_digest: contentDigest,
  http_signature: httpSignature,
  webhook_sign: webhookSign,
};
