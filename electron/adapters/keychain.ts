import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { safeStorage } from 'electron';
import { z } from 'zod';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { MAX_RETIRED_KEYS, promoted } from '../../till/keys/keyring.ts';
import type { KeyFault, KeyStore } from '../../till/ports.ts';

/**
 * Keys that only this account's keychain can open: the file holds what the keychain encrypted. Where the system has
 * no keychain Electron would fall back to a password that everybody knows; that is refused, for it protects nothing.
 */
export function keychainKeyStore(file: string): KeyStore {
  async function decrypt(encrypted: string): Promise<Result<Uint8Array, KeyFault>> {
    const usable = await keychainIsUsable();
    if (!usable.ok) return usable;
    try {
      const { result } = await safeStorage.decryptStringAsync(Buffer.from(encrypted, 'base64'));
      return ok(Buffer.from(result, 'base64'));
    } catch (error) {
      return unavailable(`the keychain does not open the key in ${file}: ${messageOf(error)}`);
    }
  }

  async function write(keys: Keys): Promise<Result<void, KeyFault>> {
    try {
      await replaceFile(file, keys);
      return ok(undefined);
    } catch (error) {
      return unavailable(`the key could not be kept in ${file}: ${messageOf(error)}`);
    }
  }

  return {
    async load(name) {
      const read = await readKeys(file);
      if (!read.ok) return read;
      const encrypted = read.value[name];
      return encrypted === undefined ? ok(undefined) : decrypt(encrypted);
    },
    async save(name, key) {
      const read = await readKeys(file);
      if (!read.ok) return read;
      if (read.value[name] !== undefined) return unavailable(`${file} already holds a key named ${name}`);
      const usable = await keychainIsUsable();
      if (!usable.ok) return usable;
      try {
        const encrypted = await safeStorage.encryptStringAsync(Buffer.from(key).toString('base64'));
        return await write({ ...read.value, [name]: encrypted.toString('base64') });
      } catch (error) {
        return unavailable(`the keychain does not take a key: ${messageOf(error)}`);
      }
    },
    rotation: {
      async promote() {
        const read = await readKeys(file);
        if (!read.ok) return read;
        const after = promoted(read.value);
        return after?.ok ? write(after.value) : unavailable(`${file} holds no next key`);
      },
      async discardNext() {
        const read = await readKeys(file);
        if (!read.ok) return read;
        const { next: _, ...keys } = read.value;
        return write(keys);
      },
      async retired() {
        const read = await readKeys(file);
        if (!read.ok) return read;
        const keys: Uint8Array[] = [];
        for (const encrypted of read.value.retired ?? []) {
          const key = await decrypt(encrypted);
          if (!key.ok) return key;
          keys.push(key.value);
        }
        return ok(keys);
      },
    },
  };
}

const FORMAT = 'counterfoil-keychain-1';
const OWNER_ONLY = 0o600;
const encryptedText = z.base64().max(4_096);
const keychainFileSchema = z.strictObject({
  format: z.literal(FORMAT),
  ledger: encryptedText.optional(),
  device: encryptedText.optional(),
  next: encryptedText.optional(),
  retired: z.array(encryptedText).max(MAX_RETIRED_KEYS).optional(),
});
type Keys = Omit<z.output<typeof keychainFileSchema>, 'format'>;

function unavailable(reason: string): Result<never, KeyFault> {
  return err({ code: 'key_unavailable', reason });
}

async function keychainIsUsable(): Promise<Result<void, KeyFault>> {
  if (!(await safeStorage.isAsyncEncryptionAvailable()))
    return unavailable('the system has no usable keychain');
  if (process.platform !== 'linux') return ok(undefined);
  const backend = safeStorage.getSelectedStorageBackend();
  return backend === 'basic_text' || backend === 'unknown'
    ? unavailable('the system offers no keychain; install GNOME Keyring or KWallet, or use the web host')
    : ok(undefined);
}

async function readKeys(file: string): Promise<Result<Keys, KeyFault>> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok({});
    return unavailable(`${file} cannot be read: ${messageOf(error)}`);
  }
  const parsed = keychainFileSchema.safeParse(value);
  return parsed.success ? ok(parsed.data) : unavailable(`${file} is damaged`);
}

/** Old or new, never half. */
async function replaceFile(file: string, keys: Keys): Promise<void> {
  const beside = `${file}.new`;
  await rm(beside, { force: true });
  const handle = await open(beside, 'wx', OWNER_ONLY);
  try {
    await handle.writeFile(`${JSON.stringify({ ...keys, format: FORMAT })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
  if (process.platform === 'win32') return;
  const folder = await open(path.dirname(file), 'r');
  await folder.sync().finally(() => folder.close());
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
