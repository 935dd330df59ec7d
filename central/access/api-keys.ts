import { createHash } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { type Centre, newId } from '../centre.ts';
import type { Db } from '../store/db.ts';
import { apiKeys } from '../store/schema.ts';

/** What a key may do. `admin` may everything. */
export const scopes = ['admin', 'offers', 'redeem', 'read', 'validate'] as const;
export type Scope = (typeof scopes)[number];

export type ApiKey = {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: number | undefined;
};

const KEY_PREFIX = 'cfk_';
const KEY_BYTES = 32;
/** Longer texts are no key of ours: not even hashed. */
const MAX_KEY_LENGTH = 200;

export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** @returns the key itself, which is stored nowhere and can be shown only now */
export async function createApiKey(
  tx: Db,
  centre: Centre,
  input: {
    readonly name: string;
    readonly scopes: readonly Scope[];
    readonly expiresAt?: number | undefined;
    /** Instead of a new one. */
    readonly key?: string | undefined;
  },
): Promise<{ id: string; key: string }> {
  const key =
    input.key ?? KEY_PREFIX + Buffer.from(centre.ports.randomBytes(KEY_BYTES)).toString('base64url');
  const id = newId(centre.ports);
  await tx.insert(apiKeys).values({
    id,
    name: input.name,
    hash: hashKey(key),
    scopes: [...input.scopes],
    createdAt: centre.ports.now(),
    expiresAt: input.expiresAt ?? null,
  });
  return { id, key };
}

export async function findApiKey(db: Db, key: string, now: number): Promise<ApiKey | undefined> {
  if (key.length > MAX_KEY_LENGTH) return undefined;
  const [row] = await db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.hash, hashKey(key)));
  if (row === undefined || row.revokedAt !== null) return undefined;
  if (row.expiresAt !== null && row.expiresAt <= now) return undefined;
  return {
    id: row.id,
    name: row.name,
    scopes: scopes.filter((scope) => row.scopes.includes(scope)),
    expiresAt: row.expiresAt ?? undefined,
  };
}

/** A revoked key works this much longer; a database that is asked for every request would cost more. */
const REMEMBER_MS = 5_000;
const MAX_REMEMBERED = 1_000;

export type KeyFinder = {
  readonly find: (key: string) => Promise<ApiKey | undefined>;
  /** A key was revoked. */
  readonly forget: () => void;
};

/** `findApiKey` with a short memory of keys that were found. */
export function createKeyFinder(db: Db, now: () => number): KeyFinder {
  const remembered = new Map<string, { readonly key: ApiKey; readonly until: number }>();
  const find = async (text: string) => {
    const hash = text.length > MAX_KEY_LENGTH ? undefined : hashKey(text);
    if (hash === undefined) return undefined;
    const known = remembered.get(hash);
    if (known !== undefined && known.until > now()) return known.key;
    const found = await findApiKey(db, text, now());
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    if (found === undefined) remembered.delete(hash);
    else
      remembered.set(hash, { key: found, until: Math.min(now() + REMEMBER_MS, found.expiresAt ?? Infinity) });
    return found;
  };
  return { find, forget: () => remembered.clear() };
}

export function keyMay(key: ApiKey, needed: Scope): boolean {
  return key.scopes.includes('admin') || key.scopes.includes(needed);
}
