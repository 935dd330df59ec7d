import { sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { tokenBatches, trustedRoots } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export type TokenBatchRow = typeof tokenBatches.$inferSelect;
export type TrustedRootRow = typeof trustedRoots.$inferSelect;

export function tokenReads(db: Drizzle) {
  const ofBatch = db.select().from(tokenBatches).where(equals(tokenBatches.batchId, 'batchId')).prepare();
  const batches = db.select().from(tokenBatches).prepare();
  const roots = db.select().from(trustedRoots).prepare();
  return {
    ofBatch: (batchId: string): TokenBatchRow | undefined => ofBatch.get({ batchId }),
    batches: (): TokenBatchRow[] => batches.all(),
    roots: (): TrustedRootRow[] => roots.all(),
  };
}

export function tokenWrites(db: Drizzle) {
  const insert = db
    .insert(tokenBatches)
    .values({ batchId: placeholder('batchId'), keyId: placeholder('keyId'), seed: placeholder('seed') })
    .prepare();
  const revoke = db
    .update(tokenBatches)
    .set({ revokedAt: sql`${placeholder('at')}` })
    .where(equals(tokenBatches.batchId, 'batchId'))
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
    insert: (row: Omit<TokenBatchRow, 'revokedAt'>) => void insert.run(row),
    revoke: (batchId: string, at: number) => void revoke.run({ batchId, at }),
    trust: (row: TrustedRootRow) => void trust.run(row),
  };
}
