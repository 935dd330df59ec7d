import { lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const TIMEOUT_MS = 10_000;

/** Addresses that an integrator's URL must not reach: this machine, its networks, and what is no host at all. */
const inside = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inside.addSubnet(net, bits, 'ipv6');

export function isInside(address: string): boolean {
  // An IPv4 address in IPv6 clothes is judged as what it is.
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isInside(mapped);
  const family = isIP(address);
  return family === 0 || inside.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** The URL itself names this machine or one of its networks; what other names stand for is seen when it is called. */
export function namesInside(url: string): boolean {
  const host = hostOf(new URL(url));
  return isIP(host) === 0 ? /(^|\.)localhost\.?$/i.test(host) : isInside(host);
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** Looks at the very address that the connection will use: a name that points elsewhere a moment later is no way in. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '');
    const [found] = addresses;
    if (found === undefined || addresses.some(({ address }) => isInside(address)))
      return callback(new Error('the address is private'), '');
    if (options.all) return callback(null, addresses);
    callback(null, found.address, found.family);
  });
};

type Posting = {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly allowPrivate: boolean;
};

/** Redirects are not followed: they could lead inside. @returns what went wrong; `undefined` after an answer of 2xx */
export async function postWebhook(
  url: string,
  options: Posting & { readonly timeoutMs?: number; readonly signal?: AbortSignal },
): Promise<string | undefined> {
  try {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
    const { status } = await postSigned(url, { ...options, signal, maxAnswerBytes: 0 });
    return status >= 200 && status < 300 ? undefined : `answered ${status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** @throws when nobody answers, or with more than `maxAnswerBytes`; 0 is not to read the answer */
export async function postSigned(
  url: string,
  options: Posting & { readonly signal: AbortSignal; readonly maxAnswerBytes: number },
): Promise<{ readonly status: number; readonly body: string }> {
  const target = new URL(url);
  const host = hostOf(target);
  // An address is not looked up.
  if (!options.allowPrivate && isIP(host) !== 0 && isInside(host)) throw new Error('the address is private');
  const send = target.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = send(
      target,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(options.body),
          ...options.headers,
        },
        signal: options.signal,
        ...(options.allowPrivate ? {} : { lookup: publicLookup }),
      },
      (response) => {
        const status = response.statusCode ?? 0;
        if (options.maxAnswerBytes === 0) {
          response.resume();
          return resolve({ status, body: '' });
        }
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > options.maxAnswerBytes) response.destroy(new Error('the answer is too long'));
          else chunks.push(chunk);
        });
        response.on('end', () => resolve({ status, body: Buffer.concat(chunks).toString('utf8') }));
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}
