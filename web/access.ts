import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIPv6 } from 'node:net';
import type { ErrorCode } from '../shared/contracts/error-codes.ts';
import type { From } from '../till/core.ts';

/** Who may talk to a listener of this host, and as whom. */
export type Access = {
  judge(request: AccessRequest): Judgement;
};

export type AccessRequest = {
  readonly headers: IncomingHttpHeaders;
  /** The page itself holds no secret and needs none. */
  readonly needsSecret: boolean;
};

export type Judgement =
  | { readonly ok: true; readonly from: From }
  | { readonly ok: false; readonly why: ErrorCode };

/** The cookie of a browser that is a lane. `__Host-`: over TLS alone, and of this very host. */
export const LANE_COOKIE = '__Host-counterfoil-lane';

const refused = (why: ErrorCode): Judgement => ({ ok: false, why });

/**
 * This machine's own browser window, and programs that were given the secret.
 * - `Host` must name this host: a page of the web that had its own name resolved to 127.0.0.1 is turned away.
 * - `Origin` and `Sec-Fetch-Site`, where a browser sends them, must be our own page's.
 * - The secret is new at every launch.
 */
export function windowAccess(secret: string, port: number): Access {
  const hosts: ReadonlySet<string> = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  const expected = digest(`Bearer ${secret}`);

  return {
    judge({ headers, needsSecret }) {
      const why = strange(headers, hosts, 'http', needsSecret);
      if (why !== undefined) return refused(why);
      if (!needsSecret) return { ok: true, from: { kind: 'window' } };
      const { authorization } = headers;
      if (authorization === undefined) return refused('key_required');
      // Digests have one length, so the comparison takes the same time whatever was sent.
      if (!timingSafeEqual(digest(authorization), expected)) return refused('key_invalid');
      return { ok: true, from: { kind: 'window' } };
    },
  };
}

/**
 * Lanes on the shop's network. A program sends its token as `Authorization: Lane …`, a browser as its cookie; the core
 * judges the token, because it knows which were revoked.
 * @param names addresses and host names of this machine
 */
export function lanAccess(names: readonly string[]): Access {
  // Whatever the port: a router may have forwarded another. A page that had its own name resolved here has that name.
  const known: ReadonlySet<string> = new Set(names.map((name) => (isIPv6(name) ? `[${name}]` : name)));
  const hosts = { has: (host: string) => known.has(host.replace(/:\d+$/, '')) };
  return {
    judge({ headers, needsSecret }) {
      const why = strange(headers, hosts, 'https', needsSecret);
      if (why !== undefined) return refused(why);
      return { ok: true, from: { kind: 'lan', lane: laneToken(headers) } };
    },
  };
}

/** Why a browser that sent this was led here by another page. */
function strange(
  { host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders,
  hosts: Pick<ReadonlySet<string>, 'has'>,
  scheme: 'http' | 'https',
  needsSecret: boolean,
): ErrorCode | undefined {
  if (host === undefined || !hosts.has(host.toLowerCase())) return 'forbidden';
  if (origin !== undefined && origin !== `${scheme}://${host}`) return 'forbidden';
  return needsSecret && site !== undefined && site !== 'same-origin' ? 'forbidden' : undefined;
}

function laneToken({ authorization, cookie }: IncomingHttpHeaders): string | undefined {
  const sent = /^Lane ([\w-]{1,200})$/.exec(authorization ?? '')?.[1];
  if (sent !== undefined) return sent;
  for (const one of (cookie ?? '').split('; ')) {
    if (one.startsWith(`${LANE_COOKIE}=`)) return one.slice(LANE_COOKIE.length + 1);
  }
  return undefined;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
