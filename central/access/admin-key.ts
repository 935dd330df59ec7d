import { closeSync, fchmodSync, fsyncSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { and, eq, isNull } from 'drizzle-orm';
import type { Centre } from '../centre.ts';
import { apiKeys } from '../store/schema.ts';
import { createApiKey, hashKey } from './api-keys.ts';

export const ADMIN_NAME = 'admin';

/**
 * Makes sure that somebody can administer this centre. A key from the configuration replaces the former one; otherwise
 * the first start makes one and writes it to a file that only its owner reads.
 * @returns the file, when one was written now
 */
export async function ensureAdminKey(centre: Centre): Promise<string | undefined> {
  const { db, config } = centre;
  const [existing] = await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.name, ADMIN_NAME), isNull(apiKeys.revokedAt)));
  if (config.admin_key !== undefined) {
    if (existing?.hash === hashKey(config.admin_key)) return undefined;
    await db.transaction(async (tx) => {
      await tx
        .update(apiKeys)
        .set({ revokedAt: centre.ports.now() })
        .where(and(eq(apiKeys.name, ADMIN_NAME), isNull(apiKeys.revokedAt)));
      await createApiKey(tx, centre, { name: ADMIN_NAME, scopes: ['admin'], key: config.admin_key });
    });
    return undefined;
  }
  if (existing !== undefined) return undefined;
  return db.transaction(async (tx) => {
    const { key } = await createApiKey(tx, centre, { name: ADMIN_NAME, scopes: ['admin'] });
    // Inside the transaction: a key that could not be written down must not exist.
    const file = path.join(config.data, 'admin-key.txt');
    const handle = openSync(file, 'w', 0o600);
    // The mode above is of a new file only; this one may have been lying there.
    fchmodSync(handle, 0o600);
    writeSync(handle, `${key}\n`);
    fsyncSync(handle);
    closeSync(handle);
    return file;
  });
}
