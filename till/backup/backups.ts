import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { copyLedger } from '../../db/copy-ledger.ts';
import { flushFolder } from '../../db/durable.ts';
import { ledgerPaths } from '../../db/open.ts';
import type { backupSchema } from '../../shared/contracts/operations/history.ts';

export type Backup = z.output<typeof backupSchema>;

/** Two weeks of daily ones, unless somebody says otherwise. */
export const KEPT_BACKUPS = 14;
const SUFFIX = '.ledger-backup';
const UNFINISHED = '.unfinished';
const OWNER_ONLY_FOLDER = 0o700;

/** Beside the ledger's folder, because whoever deletes that should not take the copies with it. */
export function backupFolder(dataDir: string): string {
  return `${dataDir}-backups`;
}

export type BackupOrder = {
  readonly dataDir: string;
  /** That the ledger is under, and the copy as well. */
  readonly key: Uint8Array;
  readonly now: number;
  /** The newest event, for the name: two backups of the same moment are the same. */
  readonly seq: number;
  readonly kept: number;
};

/**
 * Writes a copy under the ledger's own key, complete or not at all: it gets its name when it is on the disk. The key is
 * not in it: a backup without its key opens nothing. The till goes on redeeming meanwhile.
 */
export async function makeBackup({ dataDir, key, now, seq, kept }: BackupOrder): Promise<Backup> {
  const folder = backupFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  for (const left of readdirSync(folder)) {
    if (left.includes(UNFINISHED)) rmSync(path.join(folder, left), { force: true });
  }
  const fileName = `${stamp(now)}-${seq}${SUFFIX}`;
  const file = path.join(folder, fileName);
  const unfinished = `${file}${UNFINISHED}`;
  try {
    await copyLedger(ledgerPaths(dataDir).database, key, unfinished);
    await flush(unfinished);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  renameSync(unfinished, file);
  flushFolder(folder);
  for (const old of superfluous(listBackups(dataDir), fileName, now, kept))
    rmSync(path.join(folder, old.fileName));
  return { fileName, bytes: statSync(file).size, at: now };
}

/**
 * What goes when so many are kept: never the one just made, and first those that name a time that has not come, made
 * while the machine's clock was wrong. They are older than the one just made, whatever they say.
 */
function superfluous(all: readonly Backup[], made: string, now: number, kept: number): Backup[] {
  const others = all.filter(({ fileName }) => fileName !== made);
  const past = others.filter(({ at }) => at <= now);
  const future = others.filter(({ at }) => at > now);
  return [...past, ...future].slice(Math.max(0, kept - 1));
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

/** By a thread of Node's own: for a large ledger it takes a while. */
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.sync().finally(() => handle.close());
}
