import { z } from 'zod';
import type { Reads, Writes } from '../../db/store.ts';
import { type QuickKey, quickKeySchema } from '../../shared/contracts/operations/desk.ts';

/** Settings of the counter, not facts of the ledger: they are in `meta` and in no event. */
const KEY = 'quickKeys';
const storedSchema = z.array(quickKeySchema);

export function readQuickKeys(read: Reads): QuickKey[] {
  const text = read.meta.get(KEY);
  return text === undefined ? [] : storedSchema.parse(JSON.parse(text));
}

export function writeQuickKeys(write: Writes, keys: readonly QuickKey[]): void {
  write.meta.set(KEY, JSON.stringify(keys));
}
