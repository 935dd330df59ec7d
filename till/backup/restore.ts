import { constants, copyFileSync, mkdirSync } from 'node:fs';
import Database from 'better-sqlite3';
import { convertFile } from '../../db/change-key.ts';
import { applyKey } from '../../db/cipher.ts';
import { flushFile } from '../../db/durable.ts';
import { lockLedger } from '../../db/lock.ts';
import { SCHEMA_VERSION, schemaVersionOf } from '../../db/migrate.ts';
import { ledgerPaths } from '../../db/open.ts';
import { finishReplacement, isBeingReplaced, replaceLedger, restoringPath } from '../../db/replace-ledger.ts';
import { type StorageFault, storageFaultOf } from '../../db/storage-fault.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';

/**
 * Puts a backup in the place of the ledger, which is kept beside it and not deleted. Nothing is touched before the
 * backup was read whole under the key.
 *
 * What was redeemed since the backup is not in it, so the anchor outside no longer fits: at the next start limited
 * offers wait until the centre, or a manager by PIN, lets the ledger go on as a new incarnation.
 *
 * A backup that was made under an earlier key comes back under the ledger's own.
 * @param keys of the ledger first, then earlier ones
 * @returns where the replaced ledger is now, if there was one
 */
export function restoreBackup(
  backupFile: string,
  dataDir: string,
  keys: readonly [Uint8Array, ...Uint8Array[]],
  now: number,
): Result<string | undefined, StorageFault> {
  try {
    const checked = findKey(backupFile, keys);
    if (!checked.ok) return checked;
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const paths = ledgerPaths(dataDir);
    const lock = lockLedger(paths.lock);
    if (!lock.ok) return lock;
    try {
      return ok(putInPlace(backupFile, paths.database, { from: checked.value, to: keys[0] }, now));
    } finally {
      lock.value.release();
    }
  } catch (error) {
    const fault = storageFaultOf(error);
    if (!fault) throw error;
    return err(fault);
  }
}

/**
 * Does the rest of a restore that was cut off, before anybody looks which key opens the ledger. One that does not
 * succeed is told by the opening, which tries the same.
 */
export function settleRestore(dataDir: string): void {
  const paths = ledgerPaths(dataDir);
  if (!isBeingReplaced(paths.database)) return;
  const lock = lockLedger(paths.lock);
  if (!lock.ok) return;
  try {
    finishReplacement(paths.database);
  } catch (error) {
    if (!storageFaultOf(error)) throw error;
  } finally {
    lock.value.release();
  }
}

/** The key that the backup is under. The first refusal is the one that is told: it is of the ledger's own key. */
function findKey(
  file: string,
  keys: readonly [Uint8Array, ...Uint8Array[]],
): Result<Uint8Array, StorageFault> {
  let first: StorageFault | undefined;
  for (const key of keys) {
    const checked = attempt(() => checkBackup(file, key));
    if (checked.ok) return ok(key);
    first ??= checked.error;
    if (checked.error.code !== 'ledger_corrupt') break;
  }
  return err(first ?? { code: 'ledger_key_wrong', detail: 'there is no key to try' });
}

function attempt(work: () => Result<void, StorageFault>): Result<void, StorageFault> {
  try {
    return work();
  } catch (error) {
    const fault = storageFaultOf(error);
    if (!fault) throw error;
    return err(fault);
  }
}

function checkBackup(file: string, key: Uint8Array): Result<void, StorageFault> {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    applyKey(database, key);
    const version = schemaVersionOf(database);
    if (version > SCHEMA_VERSION) {
      return err({ code: 'ledger_newer', detail: `schema ${version}, this program knows ${SCHEMA_VERSION}` });
    }
    const found = database.pragma('integrity_check', { simple: true });
    return found === 'ok' ? ok(undefined) : err({ code: 'ledger_corrupt', detail: String(found) });
  } finally {
    database.close();
  }
}

/** Made beside the ledger first: until it is complete and under the ledger's key, nothing of the ledger is touched. */
function putInPlace(
  backupFile: string,
  ledger: string,
  { from, to }: { readonly from: Uint8Array; readonly to: Uint8Array },
  now: number,
): string | undefined {
  // What was cut off before ends first, so that its ledger is kept as well.
  finishReplacement(ledger);
  const restoring = restoringPath(ledger);
  copyFileSync(backupFile, restoring, constants.COPYFILE_EXCL);
  if (from === to) flushFile(restoring);
  else convertFile(restoring, from, to);
  return replaceLedger(ledger, now);
}
