import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const WAL = 'ledger.db-wal';
/** Other processes' state, not the ledger's: SQLite makes both anew. */
const notCopied: ReadonlySet<string> = new Set(['ledger.db-shm', 'ledger.lock']);

/**
 * The data directory as it lies on the disk at this moment: what a machine finds after its power was cut, or what a
 * backup tool took.
 */
export function copyLedger(from: string, to: string, { withoutWal = false } = {}): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (notCopied.has(name) || (withoutWal && name === WAL)) continue;
    copyFileSync(join(from, name), join(to, name));
  }
}

export function hasWal(dir: string): boolean {
  return existsSync(join(dir, WAL));
}
