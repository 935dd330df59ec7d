import type { z } from 'zod';
import type { Reads, Writes } from '../db/store.ts';
import { locationSchema } from '../shared/contracts/operations/setup.ts';

/** The shop of this ledger, and the till that asks. */
export type Location = z.output<typeof locationSchema>;

const KEY = 'location';

export function readLocation(read: Reads): Location | undefined {
  const text = read.meta.get(KEY);
  return text === undefined ? undefined : locationSchema.parse(JSON.parse(text));
}

export function writeLocation(write: Writes, location: Location): void {
  write.meta.set(KEY, JSON.stringify(location));
}
