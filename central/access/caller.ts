import type { FastifyRequest } from 'fastify';
import type { Centre } from '../centre.ts';
import { refuse } from '../problem.ts';
import { type ApiKey, createKeyFinder, type KeyFinder, keyMay, type Scope } from './api-keys.ts';
import { createGuessGuard, type GuessGuard } from './guess-guard.ts';
import { networkOf } from './network-of.ts';
import { createRateLimit } from './rate-limit.ts';

const finders = new WeakMap<Centre, KeyFinder>();

function finderOf(centre: Centre): KeyFinder {
  let finder = finders.get(centre);
  if (finder === undefined) {
    finder = createKeyFinder(centre.db, () => centre.ports.now());
    finders.set(centre, finder);
  }
  return finder;
}

export function forgetKeys(centre: Centre): void {
  finderOf(centre).forget();
}

const guards = new WeakMap<Centre, GuessGuard>();

/** Whoever tries keys waits longer with each that is none. */
function guardOf(centre: Centre): GuessGuard {
  let guard = guards.get(centre);
  if (guard === undefined) {
    guard = createGuessGuard(() => centre.ports.now());
    guards.set(centre, guard);
  }
  return guard;
}

const limits = new WeakMap<Centre, ReturnType<typeof createRateLimit>>();

function limitOf(centre: Centre): ReturnType<typeof createRateLimit> {
  let limit = limits.get(centre);
  if (limit === undefined) {
    limit = createRateLimit(centre.config.rate_per_minute, () => centre.ports.now());
    limits.set(centre, limit);
  }
  return limit;
}

/** The key that a request carries, as `Authorization: Bearer …` or `X-API-Key`. */
export async function callerOf(centre: Centre, request: FastifyRequest): Promise<ApiKey | undefined> {
  const given = keyText(request);
  if (given === undefined) return undefined;
  const key = await finderOf(centre).find(given);
  // Whoever has a key gets on, whatever others try from the same address: behind a proxy everybody has it.
  if (key !== undefined) return key;
  const guard = guardOf(centre);
  const network = networkOf(request.ip);
  guard.admit(network);
  guard.miss(network);
  throw refuse('key_invalid');
}

/** A pre-handler: only callers whose key has this scope get on. */
export function requireScope(centre: Centre, needed: Scope) {
  return async (request: FastifyRequest): Promise<void> => {
    const key = await callerOf(centre, request);
    if (key === undefined) throw refuse('key_required');
    if (!keyMay(key, needed)) throw refuse('forbidden', { needs: needed });
    request.caller = key;
    // Asked here, where the caller is known: a limit per address would be one for everybody behind a proxy.
    limitOf(centre)(key.id);
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
