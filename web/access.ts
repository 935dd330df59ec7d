import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorCode } from '../shared/contracts/error-codes.ts';

/** Who may talk to this host: this machine's own browser window, and programs that were given the secret. */
export type Access = {
  /** Undefined: welcome. */
  refuses(request: AccessRequest): ErrorCode | undefined;
};

export type AccessRequest = {
  readonly headers: IncomingHttpHeaders;
  /** The page itself holds no secret and needs none. */
  readonly needsSecret: boolean;
};

/**
 * - `Host` must name this host: a page of the web that had its own name resolved to 127.0.0.1 is turned away.
 * - `Origin` and `Sec-Fetch-Site`, where a browser sends them, must be our own page's.
 * - The secret is new at every launch.
 */
export function createAccess(secret: string, port: number): Access {
  const hosts: ReadonlySet<string> = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  const expected = digest(`Bearer ${secret}`);

  return {
    refuses({ headers, needsSecret }) {
      const { host, origin, authorization } = headers;
      if (host === undefined || !hosts.has(host)) return 'forbidden';
      if (origin !== undefined && origin !== `http://${host}`) return 'forbidden';
      if (!needsSecret) return undefined;
      const site = headers['sec-fetch-site'];
      if (site !== undefined && site !== 'same-origin') return 'forbidden';
      if (authorization === undefined) return 'key_required';
      // Digests have one length, so the comparison takes the same time whatever was sent.
      return timingSafeEqual(digest(authorization), expected) ? undefined : 'key_invalid';
    },
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
