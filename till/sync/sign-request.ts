import { createHash } from 'node:crypto';
import {
  contentDigestText,
  signatureBase,
  signatureParamsText,
  signatureText,
} from '../../shared/contracts/http-signature.ts';
import {
  SIGNATURE_LABEL,
  SIGNATURE_TAG,
  SIGNATURE_WINDOW_S,
  signedComponents,
} from '../../shared/contracts/sync.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { SECOND_MS } from '../../shared/kernel/instant.ts';
import type { DeviceKey } from './device-key.ts';

/** The headers that prove which device sent a request: RFC 9421 with Ed25519, RFC 9530 for the body. */
export function signedHeaders(
  key: DeviceKey,
  deviceId: string,
  request: {
    readonly method: 'GET' | 'POST';
    readonly url: string;
    readonly body?: Uint8Array | undefined;
    /** UTC milliseconds, as the centre's clock would show them. */
    readonly nowMs: number;
  },
): Record<string, string> {
  const { pathname, search } = new URL(request.url);
  const headers: Record<string, string> = {};
  if (request.method === 'POST') {
    const digest = createHash('sha256')
      .update(request.body ?? '')
      .digest('base64');
    headers['content-digest'] = contentDigestText('sha-256', digest);
  }
  const components = signedComponents(request.method, request.body !== undefined);
  const created = Math.floor(request.nowMs / SECOND_MS);
  const params = signatureParamsText(components, {
    created,
    expires: created + SIGNATURE_WINDOW_S,
    keyid: deviceId,
    alg: 'ed25519',
    tag: SIGNATURE_TAG,
  });
  const base = signatureBase(
    { method: request.method, target: `${pathname}${search}`, headers },
    components,
    params,
  );
  assert(base !== undefined, 'the request has every signed component');
  const signature = Buffer.from(key.sign(base)).toString('base64');
  return {
    ...headers,
    'signature-input': `${SIGNATURE_LABEL}=${params}`,
    signature: signatureText(SIGNATURE_LABEL, signature),
  };
}
