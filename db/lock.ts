import Database from 'better-sqlite3';
import { err, ok, type Result } from '../shared/kernel/result.ts';
import { type StorageFault, storageFaultOf } from './storage-fault.ts';

export type LedgerLock = { release(): void };

/**
 * One process per ledger. The lock is an exclusive transaction on an empty SQLite file: the operating system drops it
 * with the process, however that ends, so a killed till leaves nothing behind that someone must clean up. It is a
 * file of its own, so that backup and audit can still read the ledger.
 */
export function lockLedger(path: string): Result<LedgerLock, StorageFault> {
  let file: Database.Database | undefined;
  try {
    file = new Database(path, { timeout: 0 });
    file.pragma('journal_mode = MEMORY');
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file?.close();
    const fault = storageFaultOf(error);
    if (!fault) throw error;
    return err(fault.code === 'busy' ? { code: 'ledger_locked', detail: path } : fault);
  }
  const held = file;
  return ok({ release: () => void held.close() });
}
