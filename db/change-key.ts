import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { err, ok, type Result } from '../shared/kernel/result.ts';
import { applyKey, rawKey } from './cipher.ts';
import { flushFile, flushFolder } from './durable.ts';
import type { StorageFault } from './storage-fault.ts';

/** The ledger as it will be, beside it; what is left of one that was cut off is thrown away at the next start. */
export function rewrittenPath(ledger: string): string {
  return `${ledger}.rewritten`;
}

export function discardRewritten(ledger: string): void {
  for (const suffix of ['', '-journal']) rmSync(`${rewrittenPath(ledger)}${suffix}`, { force: true });
}

/**
 * Writes the whole ledger beside itself under another key, and reads that back. Nothing of the ledger itself is
 * touched: SQLite could change the key in place, but a process killed half-way would leave pages under both.
 * It takes about two seconds for a million codes, and nothing else runs meanwhile.
 */
export function rewriteUnder(database: Database.Database, from: Uint8Array, to: Uint8Array): void {
  const file = rewrittenPath(database.name);
  discardRewritten(database.name);
  database.prepare('VACUUM INTO ?').run(file);
  convertFile(file, from, to);
  const copy = new Database(file, { readonly: true, fileMustExist: true });
  try {
    applyKey(copy, to);
    const found = copy.pragma('quick_check', { simple: true });
    if (found !== 'ok') throw new Error(`the ledger under its new key does not read: ${String(found)}`);
    if (JSON.stringify(contentOf(copy)) !== JSON.stringify(contentOf(database))) {
      throw new Error('the ledger under its new key does not hold the same');
    }
  } finally {
    copy.close();
  }
}

/** Changes the key of a database that nobody else knows yet; cut off, the file is worth nothing. */
export function convertFile(file: string, from: Uint8Array, to: Uint8Array): void {
  const copy = new Database(file, { fileMustExist: true });
  try {
    applyKey(copy, from);
    copy.pragma('journal_mode = MEMORY');
    copy.pragma('synchronous = OFF');
    copy.rekey(rawKey(to));
  } finally {
    copy.close();
  }
  flushFile(file);
}

/** How many rows each table has, and the newest event: enough to see that a page-wise verified copy is complete. */
function contentOf(database: Database.Database): unknown {
  const tables = database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all();
  const counts = tables.map((name) => database.prepare(`SELECT count(*) FROM "${name}"`).pluck().get());
  const head = database.prepare('SELECT seq, hex(hash) FROM events ORDER BY seq DESC LIMIT 1').raw().get();
  return [database.pragma('user_version', { simple: true }), tables, counts, head ?? null];
}

/**
 * Closes the ledger and puts the rewritten one in its place: one rename, before which the old key opens it and after
 * which the new one does. The log must be gone before: under another file it would be taken for its newest pages.
 */
export function putRewrittenInPlace(database: Database.Database): Result<void, StorageFault> {
  const { name: file } = database;
  const inUse = { code: 'busy' as const, detail: 'another program reads the ledger just now' };
  const [moved] = database.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
  if (moved.busy !== 0) return err(inUse);
  database.close();
  // Whoever still has the ledger open keeps its log and index in place.
  const sizeOf = (suffix: string) => statSync(`${file}${suffix}`, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeOf('-wal') > 0 || existsSync(`${file}-shm`)) return err(inUse);
  const folder = path.dirname(file);
  flushFolder(folder);
  renameSync(rewrittenPath(file), file);
  flushFolder(folder);
  return ok(undefined);
}
