import {
  chmodSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { err, ok, type Result } from '../shared/kernel/result.ts';
import type { KeyName, KeyStore, KeyStoreFault, Logger } from '../till/ports.ts';

/**
 * The keys of one ledger in a file that only its owner may read, beside the data folder and not in it.
 *
 * Its weakness: whoever can read this account's files has the key. It protects a copied or backed-up data folder, a
 * disk whose ledger was taken out, and other accounts of the machine; not against the account itself, nor the system's
 * administrator. The Electron host keeps its keys in the keychain of the operating system.
 */
export function fileKeyStore(file: string, logger: Logger): KeyStore {
  return {
    async load(name) {
      const read = readKeys(file, logger);
      if (!read.ok) return read;
      const text = read.value[name];
      return ok(text === undefined ? undefined : Buffer.from(text, 'base64url'));
    },
    async save(name, key) {
      const read = readKeys(file, logger);
      if (!read.ok) return read;
      if (read.value[name] !== undefined) return unavailable(`${file} already holds a key named ${name}`);
      return writeKeys(file, { ...read.value, [name]: Buffer.from(key).toString('base64url') });
    },
  };
}

const FORMAT = 'counterfoil-keys-1';
const OWNER_ONLY = 0o600;
const FOR_OTHERS = 0o077;
const keyText = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const keyFileSchema = z.strictObject({
  format: z.literal(FORMAT),
  ledger: keyText.optional(),
  device: keyText.optional(),
});

type Keys = { readonly [name in KeyName]?: string | undefined };

function unavailable(reason: string): Result<never, KeyStoreFault> {
  return err({ code: 'key_unavailable', reason });
}

function readKeys(file: string, logger: Logger): Result<Keys, KeyStoreFault> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
    closeToOthers(file, logger);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok({});
    return unavailable(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unavailable(`${file} is damaged`);
  }
  const parsed = keyFileSchema.safeParse(value);
  return parsed.success ? ok(parsed.data) : unavailable(`${file} is damaged`);
}

/** A restored backup often comes back readable for all. Windows has no such bits. */
function closeToOthers(file: string, logger: Logger): void {
  if (process.platform === 'win32' || (statSync(file).mode & FOR_OTHERS) === 0) return;
  chmodSync(file, OWNER_ONLY);
  logger.warn('the key file could be read by other accounts; it no longer can', { file });
}

/** Old or new, never half: written beside, made durable, then put in place. */
function writeKeys(file: string, keys: Keys): Result<void, KeyStoreFault> {
  const beside = `${file}.new`;
  try {
    rmSync(beside, { force: true });
    const fd = openSync(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, OWNER_ONLY);
    try {
      writeSync(fd, `${JSON.stringify({ format: FORMAT, ...keys })}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(beside, file);
    syncFolder(path.dirname(file));
    return ok(undefined);
  } catch (error) {
    rmSync(beside, { force: true });
    return unavailable(`${file} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
