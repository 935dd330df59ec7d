import { asc, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { pastImports, pastRedemptions } from '../schema.ts';
import { bound, equals } from './equals.ts';

const { placeholder } = sql;

export type PastImportRow = typeof pastImports.$inferSelect;
export type PastRow = typeof pastRedemptions.$inferSelect;

/** Sorts behind every character of a code. */
const AFTER_ALL = '\u{10FFFF}';

export function pastReads(db: Drizzle) {
  const { key, importId, line, at, businessDay, what, code, discountMinor } = pastRedemptions;
  const importById = db.select().from(pastImports).where(equals(pastImports.id, 'id')).prepare();
  const importOfFile = db.select().from(pastImports).where(equals(pastImports.fileHash, 'hash')).prepare();
  const imports = db.select().from(pastImports).orderBy(asc(pastImports.seq)).prepare();
  const known = db.select({ line }).from(pastRedemptions).where(equals(key, 'key')).prepare();
  const ofImport = db
    .select()
    .from(pastRedemptions)
    .where(sql`${importId} = ${bound(importId, 'importId')} AND ${line} > ${placeholder('after')}`)
    .orderBy(asc(line))
    .limit(placeholder('limit'))
    .prepare();
  const ofCode = db
    .select()
    .from(pastRedemptions)
    .where(equals(code, 'code'))
    .orderBy(sql`${at} DESC`)
    .limit(placeholder('limit'))
    .prepare();
  const codesFrom = db
    .select()
    .from(pastRedemptions)
    .where(sql`${code} >= ${placeholder('from')} AND ${code} < ${placeholder('to')}`)
    .orderBy(asc(code), sql`${at} DESC`)
    .limit(placeholder('limit'))
    .prepare();
  const sums = db
    .select({
      what,
      count: sql<number>`count(*)`.mapWith(Number),
      discountMinor: sql<number>`sum(${discountMinor})`.mapWith(Number),
    })
    .from(pastRedemptions)
    .where(sql`${businessDay} BETWEEN ${placeholder('first')} AND ${placeholder('last')}`)
    .groupBy(what)
    .prepare();
  return {
    importById: (id: string): PastImportRow | undefined => importById.get({ id }),
    /** `hash` of the file's bytes, as 64 hex digits. */
    importOfFile: (hash: string): PastImportRow | undefined => importOfFile.get({ hash }),
    imports: (): PastImportRow[] => imports.all(),
    isKnown: (rowKey: Uint8Array): boolean => known.get({ key: rowKey }) !== undefined,
    /** In the order of their lines, from the one after `after`. */
    ofImport: (id: string, after: number, limit: number): PastRow[] =>
      ofImport.all({ importId: id, after, limit }),
    /** Newest first. */
    ofCode: (text: string, limit: number): PastRow[] => ofCode.all({ code: text, limit }),
    /** Of codes that begin with a canonical text. */
    codesFrom: (text: string, limit: number): PastRow[] =>
      codesFrom.all({ from: text, to: text + AFTER_ALL, limit }),
    /** Business days, both inclusive. */
    sums: (first: string, last: string) => sums.all({ first, last }),
  };
}

export function pastWrites(db: Drizzle) {
  const insertImport = db
    .insert(pastImports)
    .values({
      id: placeholder('id'),
      seq: placeholder('seq'),
      fileName: placeholder('fileName'),
      fileHash: placeholder('fileHash'),
      rows: placeholder('rows'),
      digest: placeholder('digest'),
      importedAt: placeholder('importedAt'),
    })
    .prepare();
  const insert = db
    .insert(pastRedemptions)
    .values({
      key: placeholder('key'),
      importId: placeholder('importId'),
      line: placeholder('line'),
      at: placeholder('at'),
      businessDay: placeholder('businessDay'),
      what: placeholder('what'),
      code: placeholder('code'),
      discountMinor: placeholder('discountMinor'),
      details: placeholder('details'),
    })
    .prepare();
  const removeRows = db.delete(pastRedemptions).where(equals(pastRedemptions.importId, 'id')).prepare();
  const removeImport = db.delete(pastImports).where(equals(pastImports.id, 'id')).prepare();
  return {
    insertImport: (row: PastImportRow) => void insertImport.run(row),
    insert: (row: PastRow) => void insert.run(row),
    remove(id: string) {
      removeRows.run({ id });
      removeImport.run({ id });
    },
  };
}
