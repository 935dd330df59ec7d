import { createHash } from 'node:crypto';
import type { PastRow } from '../../db/queries/past-redemptions.ts';
import type { Reads } from '../../db/store.ts';

const ROWS_PER_READ = 5_000;

/** SHA-256 over the rows of one import, in the order of their lines: its event carries it, an audit works it out. */
export function digestOf(rows: Iterable<PastRow>): string {
  const hash = createHash('sha256');
  for (const { key, line, at, businessDay, what, code, discountMinor, details } of rows) {
    const hex = Buffer.from(key).toString('hex');
    hash.update(`${JSON.stringify([hex, line, at, businessDay, what, code, discountMinor, details])}\n`);
  }
  return hash.digest('hex');
}

export function* rowsOfImport(read: Reads, importId: string): Generator<PastRow> {
  let after = 0;
  for (;;) {
    const page = read.past.ofImport(importId, after, ROWS_PER_READ);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < ROWS_PER_READ) return;
    after = last.line;
  }
}
