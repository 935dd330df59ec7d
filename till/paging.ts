import type { Newest } from '../db/queries/offers.ts';
import { type Refusal, refusal } from '../shared/contracts/refusal.ts';
import { err, ok, type Result } from '../shared/kernel/result.ts';

/** Cursors are opaque to callers; inside they are the sort key of the last row. */

const MAX_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const START: Newest = { createdAt: Number.MAX_SAFE_INTEGER, id: MAX_ID };

const unreadable = err(refusal('invalid_input', { why: 'not a cursor of this list' }, 'cursor'));

export function readNewestCursor(cursor: string | undefined): Result<Newest, Refusal> {
  if (cursor === undefined) return ok(START);
  const [, createdAt, id] = /^(\d{1,16})\.([0-9a-f-]{36})$/.exec(cursor) ?? [];
  return createdAt && id ? ok({ createdAt: Number(createdAt), id }) : unreadable;
}

export function readNumberCursor(cursor: string | undefined, start: number): Result<number, Refusal> {
  if (cursor === undefined) return ok(start);
  return /^\d{1,15}$/.test(cursor) ? ok(Number(cursor)) : unreadable;
}

/** Lists read one row more than a page: it tells whether there is a next one. */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
): { readonly page: readonly Row[]; readonly nextCursor?: string } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return rows.length > limit && last ? { page, nextCursor: cursorOf(last) } : { page };
}

export const newestCursor = (row: Newest): string => `${row.createdAt}.${row.id}`;
