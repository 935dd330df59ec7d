import { createHash, createHmac, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  contentDigestText,
  parseByteSequence,
  parseSignatureInput,
  signatureBase,
  signatureParamsText,
  signatureText,
} from './http-signature.ts';

/** The request of RFC 9421 appendix B.2, with its published test keys. */
const message = {
  method: 'POST',
  target: '/foo?param=Value&Pet=dog',
  scheme: 'https',
  headers: {
    Host: 'example.com',
    Date: 'Tue, 20 Apr 2021 02:07:55 GMT',
    'Content-Type': 'application/json',
    'Content-Digest':
      'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:',
    'Content-Length': '18',
  },
} as const;
const secret = 'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==';

describe('signature base', () => {
  it('is the one of RFC 9421 B.2.5, and its HMAC is the published one', () => {
    const components = ['date', '@authority', 'content-type'];
    const params = signatureParamsText(components, { created: 1618884473, keyid: 'test-shared-secret' });
    const base = signatureBase(message, components, params);
    expect(base).toBe(
      '"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@authority": example.com\n"content-type": application/json\n"@signature-params": ("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    );
    const mac = createHmac('sha256', Buffer.from(secret, 'base64'))
      .update(base ?? '')
      .digest('base64');
    expect(signatureText('sig-b25', mac)).toBe('sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:');
  });

  it('verifies the Ed25519 signature of RFC 9421 B.2.6', () => {
    const header =
      'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"';
    const input = parseSignatureInput(header);
    const base = input && signatureBase(message, input.components, input.paramsText);
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs' },
      format: 'jwk',
    });
    const signature = parseByteSequence(
      'sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:',
      'sig-b26',
    );
    expect(verify(null, Buffer.from(base ?? ''), key, Buffer.from(signature ?? '', 'base64'))).toBe(true);
  });

  it('derives path, query, target and authority as the RFC says', () => {
    const of = (name: string, m: Parameters<typeof signatureBase>[0] = message) =>
      signatureBase(m, [name], '()')?.split('\n')[0];
    expect(of('@path')).toBe('"@path": /foo');
    expect(of('@query')).toBe('"@query": ?param=Value&Pet=dog');
    expect(of('@query', { ...message, target: '/foo' })).toBe('"@query": ?');
    expect(of('@target-uri')).toBe('"@target-uri": https://example.com/foo?param=Value&Pet=dog');
    expect(of('@authority', { ...message, headers: { host: 'EXAMPLE.com:443' } })).toBe(
      '"@authority": example.com',
    );
    expect(of('@status', { status: 503, headers: {} })).toBe('"@status": 503');
  });

  it('does not exist when a component is missing, unknown or named twice', () => {
    expect(signatureBase(message, ['x-absent'], '()')).toBeUndefined();
    expect(signatureBase(message, ['@query-param'], '()')).toBeUndefined();
    expect(signatureBase(message, ['date', 'date'], '()')).toBeUndefined();
  });
});

describe('headers', () => {
  it('reads back what it writes, quotes and backslashes included', () => {
    const params = { created: 1, expires: 2, nonce: 'a"b\\c', alg: 'ed25519', keyid: 'k', tag: 't' };
    const text = signatureParamsText(['@method', 'content-digest'], params);
    expect(parseSignatureInput(`sig=${text}`)).toEqual({
      label: 'sig',
      components: ['@method', 'content-digest'],
      params,
      paramsText: text,
    });
  });

  it.each([
    'sig=("@method";req);created=1',
    'sig=("@method");created="1"',
    'sig=("@method");created=1;created=2',
    'sig=("@method");unknown="x"',
    'sig=("@method") trailing',
    'a=("@method");created=1, b=("@path");created=1',
    '("@method")',
    `sig=("${'x'.repeat(5_000)}")`,
  ])('does not read %s', (header) => {
    expect(parseSignatureInput(header)).toBeUndefined();
  });

  it('finds the digest of RFC 9530 among several', () => {
    const digest = createHash('sha512').update('{"hello": "world"}').digest('base64');
    expect(contentDigestText('sha-512', digest)).toBe(message.headers['Content-Digest']);
    expect(parseByteSequence(`sha-256=:AAAA:, ${message.headers['Content-Digest']}`, 'sha-512')).toBe(digest);
    expect(parseByteSequence('sha-256=AAAA', 'sha-256')).toBeUndefined();
  });
});
