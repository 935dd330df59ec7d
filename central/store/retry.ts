import type { Db } from './db.ts';

const MAX_ATTEMPTS = 5;
/** PostgreSQL aborted the transaction so that others could go on: it may simply run again. */
const AGAIN: ReadonlySet<string> = new Set(['40001', '40P01']);
/** The store cannot work now: no connection, shutting down, too many of them, a lock that takes too long. */
const UNAVAILABLE: ReadonlySet<string> = new Set(['53300', '55P03', '57P01', '57P02', '57P03']);
const DISK_FULL = '53100';
const UNIQUE_VIOLATION = '23505';
const CHECK_VIOLATION = '23514';

type SqlFault = { readonly code: string; readonly constraint?: string };

/** The driver's error under drizzle's: SQLSTATE and the constraint that was violated. */
export function sqlFault(error: unknown): SqlFault | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const { code, constraint } = at as { code?: unknown; constraint?: unknown };
    if (typeof code === 'string') {
      return { code, ...(typeof constraint === 'string' ? { constraint } : {}) };
    }
  }
  return undefined;
}

export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const fault = sqlFault(error);
  return fault?.code === UNIQUE_VIOLATION && (constraint === undefined || fault.constraint === constraint);
}

/** More was to be taken of a budget than it has in its pool. */
export function isBudgetShort(error: unknown): boolean {
  const fault = sqlFault(error);
  return fault?.code === CHECK_VIOLATION && fault.constraint === 'budgets_pool_check';
}

export function isDiskFull(error: unknown): boolean {
  return sqlFault(error)?.code === DISK_FULL;
}

export function isUnavailable(error: unknown): boolean {
  const code = sqlFault(error)?.code;
  if (code === undefined) return isPoolTimeout(error);
  return UNAVAILABLE.has(code) || AGAIN.has(code) || code.startsWith('08') || code.startsWith('ECONN');
}

const POOL_TIMEOUTS = ['timeout exceeded when trying to connect', 'due to connection timeout'];

/** No connection of the pool got free in time, or none could be made: the driver says so by its words alone. */
function isPoolTimeout(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    if (POOL_TIMEOUTS.some((text) => at.message.includes(text))) return true;
  }
  return false;
}

/** A transaction that runs again after a deadlock or a serialisation failure. */
export async function transact<T>(db: Db, work: (tx: Db) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(work);
    } catch (error) {
      const code = sqlFault(error)?.code;
      if (code === undefined || !AGAIN.has(code) || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}

/** Rolls a transaction back and carries the outcome out of it. */
export class RolledBack<T> extends Error {
  readonly outcome: T;
  constructor(outcome: T) {
    super('rolled back');
    this.outcome = outcome;
  }
}

/** Like `transact`, and rolls back when the outcome is a refusal. */
export async function transactResult<R extends { readonly ok: boolean }>(
  db: Db,
  work: (tx: Db) => Promise<R>,
): Promise<R> {
  try {
    return await transact(db, async (tx) => {
      const outcome = await work(tx);
      if (!outcome.ok) throw new RolledBack(outcome);
      return outcome;
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.outcome as R;
    throw error;
  }
}
