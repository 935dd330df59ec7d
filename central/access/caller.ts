import type { FastifyRequest } from 'fastify';
import type { Centre } from '../centre.ts';
import { refuse } from '../problem.ts';
import { type ApiKey, createKeyFinder, keyMay, type Scope } from './api-keys.ts';

const finders = new WeakMap<Centre, ReturnType<typeof createKeyFinder>>();

function finderOf(centre: Centre): ReturnType<typeof createKeyFinder> {
  let finder = finders.get(centre);
  if (finder === undefined) {
    finder = createKeyFinder(centre.db, () => centre.ports.now());
    finders.set(centre, finder);
  }
  return finder;
}

/** The key that a request carries, as `Authorization: Bearer …` or `X-API-Key`. */
export async function callerOf(centre: Centre, request: FastifyRequest): Promise<ApiKey | undefined> {
  const given = keyText(request);
  if (given === undefined) return undefined;
  const key = await finderOf(centre)(given);
  if (key === undefined) throw refuse('key_invalid');
  return key;
}

/** A pre-handler: only callers whose key has this scope get on. */
export function requireScope(centre: Centre, needed: Scope) {
  return async (request: FastifyRequest): Promise<void> => {
    const key = await callerOf(centre, request);
    if (key === undefined) throw refuse('key_required');
    if (!keyMay(key, needed)) throw refuse('forbidden', { needs: needed });
    request.caller = key;
  };
}

function keyText(request: FastifyRequest): string | undefined {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const header = request.headers['x-api-key'];
  return bearer ?? (typeof header === 'string' ? header : undefined);
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `requireScope`. */
    caller?: ApiKey;
  }
}
