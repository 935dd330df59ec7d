import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';

/** Keyset paging, newest first: rows are found by where the last page ended, however many there are. */
/** `part`: where the id alone names several rows. */
export type PageKey = { readonly at: number; readonly id: string; readonly part?: string | undefined };

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const CURSOR = new RegExp(`^(\\d{1,16})\\.(${UUID})(?:\\.(${UUID}))?$`);

export function writeCursor(key: PageKey): string {
  return Buffer.from([key.at, key.id, ...(key.part === undefined ? [] : [key.part])].join('.')).toString(
    'base64url',
  );
}

/** `undefined` for a text that no page ever gave. */
export function readCursor(cursor: string): PageKey | undefined {
  const match = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  return match?.[1] !== undefined && match[2] !== undefined
    ? { at: Number(match[1]), id: match[2], part: match[3] }
    : undefined;
}

export function olderThan(at: AnyPgColumn, id: AnyPgColumn, key: PageKey, part?: AnyPgColumn): SQL {
  return part !== undefined && key.part !== undefined
    ? sql`(${at}, ${id}, ${part}) < (${key.at}, ${key.id}::uuid, ${key.part}::uuid)`
    : sql`(${at}, ${id}) < (${key.at}, ${key.id}::uuid)`;
}

/** One row more was read than the page holds: it says that there is a next page. */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => PageKey,
): { rows: Row[]; nextCursor?: string } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return rows.length > limit && last !== undefined
    ? { rows: page, nextCursor: writeCursor(keyOf(last)) }
    : { rows: page };
}
