import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { flushFolder, replaceFile } from '../../db/durable.ts';
import { ok, type Result } from '../../shared/kernel/result.ts';
import type { CorePorts, KeyFault } from '../ports.ts';
import { backupFolder } from './backups.ts';
import { restoreBackup, settleRestore } from './restore.ts';

const requestSchema = z.strictObject({ fileName: z.string() });

function requestPath(dataDir: string): string {
  return `${dataDir}.restore`;
}

/** The next start puts this backup in the place of the ledger: nobody works on it then. */
export function askForRestore(dataDir: string, fileName: string): void {
  replaceFile(requestPath(dataDir), `${JSON.stringify({ fileName })}\n`);
}

/**
 * At a start, before the ledger is opened. Cut off, it is done again. A backup that cannot be put in place leaves the
 * ledger as it was, and is not tried again. While the keys cannot be read, the request waits for the start that can.
 */
export async function restoreIfAsked(ports: CorePorts): Promise<void> {
  const { dataDir, keys, logger, clock } = ports;
  settleRestore(dataDir);
  const file = requestPath(dataDir);
  if (!existsSync(file)) return;
  const fileName = readRequest(file);
  const candidates = await everyKey(keys);
  if (!candidates.ok) {
    logger.warn('a restore that was asked for waits for the keys', { code: candidates.error.code });
    return;
  }
  const [first, ...others] = candidates.value;
  if (fileName === undefined || first === undefined) {
    logger.error('a restore was asked for that cannot be read or has no key', { file });
  } else {
    const backup = path.join(backupFolder(dataDir), path.basename(fileName));
    const restored = restoreBackup(backup, dataDir, [first, ...others], clock.now());
    // The till that is open will find the request at its own next start.
    if (!restored.ok && restored.error.code === 'ledger_locked') return;
    if (restored.ok) logger.warn('a backup was restored', { backup, replaced: restored.value });
    else logger.error('a backup could not be restored', { backup, code: restored.error.code });
  }
  rmSync(file, { force: true });
  flushFolder(path.dirname(file));
}

function readRequest(file: string): string | undefined {
  try {
    return requestSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).fileName;
  } catch {
    return undefined;
  }
}

async function everyKey(keys: CorePorts['keys']): Promise<Result<Uint8Array[], KeyFault>> {
  const found: Uint8Array[] = [];
  for (const name of ['ledger', 'next'] as const) {
    const loaded = await keys.load(name);
    if (!loaded.ok) return loaded;
    if (loaded.value) found.push(Uint8Array.from(loaded.value));
  }
  const retired = await keys.rotation?.retired();
  if (retired && !retired.ok) return retired;
  return ok([...found, ...(retired?.value ?? []).map((key) => Uint8Array.from(key))]);
}
