import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { assert } from '../shared/kernel/assert.ts';
import { err, ok, type Result } from '../shared/kernel/result.ts';
import { discardRewritten, putRewrittenInPlace, rewriteUnder } from './change-key.ts';
import { applyKey, keyFingerprint } from './cipher.ts';
import { replaceFile } from './durable.ts';
import { type LedgerLock, lockLedger } from './lock.ts';
import { migrate, SCHEMA_VERSION, schemaVersionOf } from './migrate.ts';
import { primeLog } from './prime-log.ts';
import { finishReplacement, isBeingReplaced } from './replace-ledger.ts';
import { LedgerBrokenError, type StorageFault, storageFaultOf } from './storage-fault.ts';

const OWNER_ONLY = 0o600;
const BUSY_TIMEOUT_MS = 5_000;
/** SQLite's own checkpoint is the last resort: the core makes one whenever the till is idle. 80 MB of log. */
const AUTO_CHECKPOINT_PAGES = 20_000;
/** Pages of memory for the most used parts of the ledger, in KiB. */
const CACHE_KIB = 32 * 1024;

export type LedgerPaths = {
  readonly database: string;
  readonly lock: string;
  readonly keyCheck: string;
};

export function ledgerPaths(dataDir: string): LedgerPaths {
  return {
    database: join(dataDir, 'ledger.db'),
    lock: join(dataDir, 'ledger.lock'),
    keyCheck: join(dataDir, 'ledger.key-check'),
  };
}

export function ledgerExists(dataDir: string): boolean {
  return existsSync(ledgerPaths(dataDir).database);
}

export type OpenLedger = {
  /** Another one after the key was changed. */
  readonly database: Database.Database;
  readonly path: string;
  /**
   * Puts everything under another key. A refusal leaves the ledger open as it was; whatever else goes wrong is thrown,
   * and the ledger must be opened anew. Killed at any moment, it opens under one of both keys, and is whole.
   */
  changeKey(from: Uint8Array, to: Uint8Array): Result<void, StorageFault>;
  close(): void;
};

/**
 * Opens the ledger of a data directory, or makes an empty one, and brings its schema up to date.
 * Nothing that exists is ever replaced: whatever does not open is reported and left as it is.
 * @param key 32 random bytes
 */
export function openLedger(dataDir: string, key: Uint8Array): Result<OpenLedger, StorageFault> {
  const paths = ledgerPaths(dataDir);
  if (!statSync(dataDir, { throwIfNoEntry: false })?.isDirectory()) {
    return err({ code: 'storage_readonly', detail: `${dataDir} is no folder` });
  }
  const lock = attempt(() => lockLedger(paths.lock));
  if (!lock.ok) return lock;
  const opened = attempt(() => {
    finishReplacement(paths.database);
    return openDatabase(paths, key);
  });
  if (!opened.ok) {
    lock.value.release();
    return opened;
  }
  return ok(withLock(opened.value, paths, lock.value));
}

/** Whether the ledger is under this key, as far as its first page tells. Nothing is written. */
export function opensUnder(dataDir: string, key: Uint8Array): boolean {
  const { database: file } = ledgerPaths(dataDir);
  if (!existsSync(file)) return false;
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    applyKey(database, key);
    schemaVersionOf(database);
    return true;
  } catch (error) {
    if (storageFaultOf(error)?.code === 'ledger_corrupt') return false;
    throw error;
  } finally {
    database.close();
  }
}

/** For looking only, also while a till works on it: no lock, no migration, nothing written. */
export function openLedgerReadOnly(
  dataDir: string,
  key: Uint8Array,
): Result<Omit<OpenLedger, 'changeKey'>, StorageFault> {
  const { database: path } = ledgerPaths(dataDir);
  if (isBeingReplaced(path)) {
    return err({ code: 'busy', detail: 'a backup is being put in its place: start the till once' });
  }
  const opened = attempt(() => {
    const database = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    const checked = attempt(() => {
      applyKey(database, key);
      const version = schemaVersionOf(database);
      return version === SCHEMA_VERSION
        ? ok(database)
        : err({
            code: 'ledger_newer' as const,
            detail: `schema ${version}, this program knows ${SCHEMA_VERSION}`,
          });
    });
    if (!checked.ok) database.close();
    return checked;
  });
  if (!opened.ok) return opened;
  const database = opened.value;
  return ok({ database, path, close: () => void database.close() });
}

function withLock(opened: Database.Database, paths: LedgerPaths, lock: LedgerLock): OpenLedger {
  let database = opened;
  return {
    get database() {
      return database;
    },
    path: paths.database,
    changeKey(from, to) {
      const rewritten = attempt(() => ok(rewriteUnder(database, from, to)));
      if (!rewritten.ok) {
        discardRewritten(paths.database);
        return rewritten;
      }
      writeKeyCheck(paths, [from, to]);
      const placed = putRewrittenInPlace(database);
      if (!placed.ok) discardRewritten(paths.database);
      if (!database.open) database = reopen(paths, placed.ok ? to : from);
      return placed;
    },
    close() {
      if (!database.open) return;
      try {
        database.close();
      } finally {
        lock.release();
      }
    },
  };
}

function reopen(paths: LedgerPaths, key: Uint8Array): Database.Database {
  const again = openDatabase(paths, key);
  if (!again.ok) throw new LedgerBrokenError(`${again.error.code}: ${again.error.detail}`);
  return again.value;
}

function openDatabase(paths: LedgerPaths, key: Uint8Array): Result<Database.Database, StorageFault> {
  const checked = checkKey(paths, key);
  if (!checked.ok) return checked;
  // Its log and index get the rights of the file itself.
  closeSync(openSync(paths.database, 'a', OWNER_ONLY));
  const database = new Database(paths.database, { timeout: BUSY_TIMEOUT_MS });
  const prepared = attempt(() => prepareDatabase(database, key));
  if (!prepared.ok) {
    database.close();
    return prepared;
  }
  discardRewritten(paths.database);
  writeKeyCheck(paths, [key]);
  return prepared;
}

function prepareDatabase(
  database: Database.Database,
  key: Uint8Array,
): Result<Database.Database, StorageFault> {
  applyKey(database, key);
  // The first read decrypts the first page: a wrong key or a damaged file shows here.
  const version = schemaVersionOf(database);
  if (version > SCHEMA_VERSION) {
    return err({ code: 'ledger_newer', detail: `schema ${version}, this program knows ${SCHEMA_VERSION}` });
  }
  setPragmas(database);
  assertPragmas(database);
  migrate(database);
  recordOpening(database);
  // This build falls back to `synchronous = NORMAL` on a first write unless it was set: so look again after one.
  assertPragmas(database);
  primeLog(database.name);
  return ok(database);
}

const wantedPragmas: Readonly<Record<string, string | number>> = {
  journal_mode: 'wal',
  /** FULL: one fsync for each commit. */
  synchronous: 2,
  foreign_keys: 1,
  busy_timeout: BUSY_TIMEOUT_MS,
  wal_autocheckpoint: AUTO_CHECKPOINT_PAGES,
  trusted_schema: 0,
  /** What was erased is gone from its page as well, and not only from sight. */
  secure_delete: 1,
  // Without these, macOS flushes only as far as the drive's own cache.
  ...(process.platform === 'darwin' ? { fullfsync: 1, checkpoint_fullfsync: 1 } : {}),
};

function setPragmas(database: Database.Database): void {
  for (const [name, value] of Object.entries(wantedPragmas)) database.pragma(`${name} = ${value}`);
  database.pragma(`cache_size = -${CACHE_KIB}`);
  database.pragma('temp_store = MEMORY');
}

export function assertPragmas(database: Database.Database): void {
  for (const [name, value] of Object.entries(wantedPragmas)) {
    const actual = database.pragma(name, { simple: true });
    assert(actual === value, `the ledger needs ${name} = ${value}, but it is ${String(actual)}`);
  }
}

/** Proves that the ledger can be written before anybody relies on it. */
function recordOpening(database: Database.Database): void {
  database.exec(
    `INSERT INTO meta (key, value) VALUES ('openings', '1')
     ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1`,
  );
}

/**
 * A wrong key and a damaged first page look alike to the cipher. A fingerprint of the key beside the ledger tells them
 * apart; while the key is being changed there are two.
 */
function checkKey(paths: LedgerPaths, key: Uint8Array): Result<void, StorageFault> {
  if (!existsSync(paths.keyCheck)) {
    if (!existsSync(paths.database)) writeKeyCheck(paths, [key]);
    return ok(undefined);
  }
  const known = readFileSync(paths.keyCheck, 'utf8').trim().split('\n');
  if (known.includes(keyFingerprint(key))) return ok(undefined);
  return err({ code: 'ledger_key_wrong', detail: 'the key does not belong to this ledger' });
}

function writeKeyCheck({ keyCheck }: LedgerPaths, keys: readonly Uint8Array[]): void {
  const text = `${keys.map(keyFingerprint).join('\n')}\n`;
  if (!existsSync(keyCheck) || readFileSync(keyCheck, 'utf8') !== text) replaceFile(keyCheck, text);
}

function attempt<T>(work: () => Result<T, StorageFault>): Result<T, StorageFault> {
  try {
    return work();
  } catch (error) {
    const fault = storageFaultOf(error);
    if (!fault) throw error;
    return err(fault);
  }
}
