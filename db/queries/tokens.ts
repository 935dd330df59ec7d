import { and, asc, isNull, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { tokenKeys, trustedRoots } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export type TokenKeyRow = typeof tokenKeys.$inferSelect;
export type TrustedRootRow = typeof trustedRoots.$inferSelect;

export function tokenReads(db: Drizzle) {
  const inOrder = [asc(tokenKeys.madeAt), asc(tokenKeys.keyId)];
  const ofBatch = db
    .select()
    .from(tokenKeys)
    .where(equals(tokenKeys.batchId, 'batchId'))
    .orderBy(...inOrder)
    .prepare();
  const all = db
    .select()
    .from(tokenKeys)
    .orderBy(...inOrder)
    .prepare();
  const roots = db.select().from(trustedRoots).prepare();
  return {
    /** Oldest first: the newest that is not revoked signs. */
    ofBatch: (batchId: string): TokenKeyRow[] => ofBatch.all({ batchId }),
    all: (): TokenKeyRow[] => all.all(),
    roots: (): TrustedRootRow[] => roots.all(),
  };
}

export function tokenWrites(db: Drizzle) {
  const insert = db
    .insert(tokenKeys)
    .values({
      keyId: placeholder('keyId'),
      batchId: placeholder('batchId'),
      seed: placeholder('seed'),
      madeAt: placeholder('madeAt'),
    })
    .prepare();
  const revoke = db
    .update(tokenKeys)
    .set({ revokedAt: sql`${placeholder('at')}` })
    .where(and(equals(tokenKeys.keyId, 'keyId'), isNull(tokenKeys.revokedAt)))
    .prepare();
  const trust = db
    .insert(trustedRoots)
    .values({
      publicKey: placeholder('publicKey'),
      name: placeholder('name'),
      list: placeholder('list'),
      version: placeholder('version'),
      trustedAt: placeholder('trustedAt'),
    })
    .onConflictDoUpdate({
      target: trustedRoots.publicKey,
      set: { name: sql`excluded.name`, list: sql`excluded.list`, version: sql`excluded.version` },
    })
    .prepare();
  return {
    insert: (row: Omit<TokenKeyRow, 'revokedAt'>) => void insert.run(row),
    revoke: (keyId: Uint8Array, at: number) => void revoke.run({ keyId, at }),
    trust: (row: TrustedRootRow) => void trust.run(row),
  };
}
