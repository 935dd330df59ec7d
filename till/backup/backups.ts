import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import type { Store } from '../../db/store.ts';
import type { backupSchema } from '../../shared/contracts/operations/history.ts';

export type Backup = z.output<typeof backupSchema>;

/** Copies that are kept: two weeks of daily ones. The oldest goes when a new one is there. */
export const KEPT_BACKUPS = 14;
const SUFFIX = '.ledger-backup';
const UNFINISHED = '.unfinished';
const OWNER_ONLY_FOLDER = 0o700;

/** Beside the ledger's folder, because whoever deletes that should not take the copies with it. */
export function backupFolder(dataDir: string): string {
  return `${dataDir}-backups`;
}

/**
 * Writes a copy under the ledger's own key, complete or not at all: it gets its name when it is on the disk. The key is
 * not in it: a backup without its key opens nothing.
 */
export function makeBackup(store: Store, dataDir: string, now: number): Backup {
  const folder = backupFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  for (const left of readdirSync(folder)) {
    if (left.endsWith(UNFINISHED)) rmSync(path.join(folder, left), { force: true });
  }
  const fileName = `${stamp(now)}-${store.head().seq}${SUFFIX}`;
  const file = path.join(folder, fileName);
  const unfinished = `${file}${UNFINISHED}`;
  store.copyTo(unfinished);
  flush(unfinished);
  renameSync(unfinished, file);
  if (process.platform !== 'win32') flush(folder);
  for (const old of listBackups(dataDir).slice(KEPT_BACKUPS)) rmSync(path.join(folder, old.fileName));
  return { fileName, bytes: statSync(file).size, at: now };
}

/** Newest first. */
export function listBackups(dataDir: string): Backup[] {
  const folder = backupFolder(dataDir);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder)
    .flatMap((fileName) => {
      const at = instantOf(fileName);
      return at === undefined ? [] : { fileName, bytes: statSync(path.join(folder, fileName)).size, at };
    })
    .sort((a, b) => b.at - a.at || (a.fileName < b.fileName ? 1 : -1));
}

/** `20261124T090000000Z`: sorts as time does, and no file system minds it. */
function stamp(now: number): string {
  return new Date(now).toISOString().replaceAll(/[-:.]/g, '');
}

function instantOf(fileName: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-\d+\.ledger-backup$/.exec(fileName);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second, ms] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
}

function flush(file: string): void {
  const fd = openSync(file, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
