import Database from 'better-sqlite3';
import type { ErrorCode } from '../shared/contracts/error-codes.ts';

/** What may be wrong with a ledger's storage, each with its code of the registry. */
export type StorageFaultCode = Extract<
  ErrorCode,
  | 'storage_full'
  | 'storage_readonly'
  | 'ledger_corrupt'
  | 'ledger_key_wrong'
  | 'ledger_locked'
  | 'ledger_newer'
  | 'busy'
>;

export type StorageFault = { readonly code: StorageFaultCode; readonly detail: string };

/** The ledger's files are no longer where they were: what is written now would be lost with them. */
export class LedgerGoneError extends Error {
  override readonly name = 'LedgerGoneError';
}

/** A commit whose outcome the disk did not tell: nothing may be written before the ledger was opened anew. */
export class LedgerBrokenError extends Error {
  override readonly name = 'LedgerBrokenError';
}

export type CopyFailure = { readonly message: string; readonly code?: string | undefined };

/** SQLite's own error, as it came out of the thread that copies a ledger. */
export class CopyError extends Error {
  override readonly name = 'CopyError';
  readonly code: string | undefined;
  constructor({ message, code }: CopyFailure) {
    super(message);
    this.code = code;
  }
}

/** `undefined`: not the storage's fault, but the program's. */
export function storageFaultOf(error: unknown): StorageFault | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof LedgerGoneError) return { code: 'storage_readonly', detail: error.message };
  if (error instanceof LedgerBrokenError) return { code: 'ledger_corrupt', detail: error.message };
  const code = codeOf(error);
  const fault = code === undefined ? undefined : faultCode(error, code);
  return fault === undefined ? undefined : { code: fault, detail: `${code}: ${error.message}` };
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function faultCode(error: Error, code: string): StorageFaultCode | undefined {
  if (error instanceof Database.SqliteError || error instanceof CopyError) return sqliteFault(code);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'storage_full';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EIO':
      return 'storage_readonly';
    default:
      return undefined;
  }
}

/** Extended result codes begin with their primary one: `SQLITE_IOERR_WRITE` is an `SQLITE_IOERR`. */
function sqliteFault(code: string): StorageFaultCode | undefined {
  const starts = (primary: string) => code === primary || code.startsWith(`${primary}_`);
  if (starts('SQLITE_FULL')) return 'storage_full';
  if (starts('SQLITE_CORRUPT') || starts('SQLITE_NOTADB')) return 'ledger_corrupt';
  if (starts('SQLITE_BUSY') || starts('SQLITE_LOCKED')) return 'busy';
  if (starts('SQLITE_READONLY') || starts('SQLITE_CANTOPEN') || starts('SQLITE_PERM'))
    return 'storage_readonly';
  // A short read of an encrypted page, or a device that fails: neither is a full disk.
  if (starts('SQLITE_IOERR'))
    return code === 'SQLITE_IOERR_SHORT_READ' ? 'ledger_corrupt' : 'storage_readonly';
  return undefined;
}
