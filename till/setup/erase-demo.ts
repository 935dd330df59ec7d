import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { flushFolder, replaceFile } from '../../db/durable.ts';
import { ledgerPaths } from '../../db/open.ts';
import { backupFolder } from '../backup/backups.ts';

function requestPath(dataDir: string): string {
  return `${dataDir}.erase-demo`;
}

/** From now on the demo's ledger counts as gone, however its erasure ends. */
export function askForErasure(dataDir: string): void {
  replaceFile(requestPath(dataDir), 'The demo location in this folder is removed at the next start.\n');
}

/** At a start, before the ledger is opened: whatever the demo left is removed. Cut off, it is done again. */
export function eraseIfAsked(dataDir: string): void {
  const request = requestPath(dataDir);
  if (!existsSync(request)) return;
  const { database, keyCheck } = ledgerPaths(dataDir);
  for (const file of [database, `${database}-wal`, `${database}-shm`, keyCheck])
    rmSync(file, { force: true });
  rmSync(backupFolder(dataDir), { recursive: true, force: true });
  flushFolder(dataDir);
  rmSync(request);
  flushFolder(path.dirname(request));
}
