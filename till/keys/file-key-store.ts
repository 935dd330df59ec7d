import { chmodSync, readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { replaceFile } from '../../db/durable.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { KeyFault, KeyStore, Logger, Random } from '../ports.ts';
import { MAX_RETIRED_KEYS, promoted } from './keyring.ts';
import { newSealingKey, open, type SealingKey, seal, sealedSchema, sealingKeyFor } from './sealing.ts';

export type FileKeyStoreParts = {
  readonly logger: Logger;
  readonly random: Random;
  /** Opens a file that a passphrase wraps. */
  readonly passphrase?: string | undefined;
  /** Of scrypt, as a power of two, unless a test makes it cheap. */
  readonly log2Cost?: number;
};

/**
 * The keys of one ledger in a file that only its owner may read, beside the data folder and not in it.
 *
 * Its weakness: without a passphrase, whoever can read this account's files has the key. It protects a copied or
 * backed-up data folder, a disk whose ledger was taken out, and other accounts of the machine; not against the account
 * itself, nor the system's administrator. With a passphrase the file alone opens nothing, and every start asks for it.
 * The Electron host keeps its keys in the keychain of the operating system.
 */
export function fileKeyStore(file: string, parts: FileKeyStoreParts): KeyStore {
  const { random, logger } = parts;
  /** What the passphrase became, once it had opened the file; its salt says which passphrase that was. */
  let opener: SealingKey | undefined;

  async function read(): Promise<Result<Keys, KeyFault>> {
    const stored = readStored(file, logger);
    if (!stored.ok) return stored;
    if (stored.value.format === PLAIN) return ok(stored.value);
    const { format: _, ...sealed } = stored.value;
    if (opener?.kdf.salt !== sealed.kdf.salt) {
      if (parts.passphrase === undefined) return locked(file);
      opener = await sealingKeyFor(parts.passphrase, sealed.kdf);
    }
    const text = open(sealed, opener);
    if (text === undefined) {
      opener = undefined;
      return err({ code: 'passphrase_wrong', reason: `the passphrase does not open ${file}` });
    }
    const keys = parseKeys(text);
    return keys ? ok(keys) : damaged(file);
  }

  function write(keys: Keys): Result<void, KeyFault> {
    const plain = JSON.stringify(keys);
    const text = opener ? JSON.stringify({ format: SEALED, ...seal(plain, opener, random) }) : plain;
    try {
      replaceFile(file, `${text}\n`);
      return ok(undefined);
    } catch (error) {
      return unavailable(`${file} cannot be written: ${messageOf(error)}`);
    }
  }

  /**
   * Everything waits for each other: what one change read is still in the file when it writes, and whoever only reads
   * never puts back the passphrase that another has just changed.
   */
  let newest: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = newest.then(work, work);
    newest = done;
    return done;
  }

  function change(make: (keys: Keys) => Result<Keys, KeyFault>): Promise<Result<void, KeyFault>> {
    return inTurn(async () => {
      const keys = await read();
      if (!keys.ok) return keys;
      const made = make(keys.value);
      return made.ok ? write(made.value) : made;
    });
  }

  async function changePassphrase(
    current: string | undefined,
    next: string | undefined,
  ): Promise<Result<void, KeyFault>> {
    const stored = readStored(file, logger);
    if (!stored.ok) return stored;
    if (stored.value.format === SEALED) {
      const given = await sealingKeyFor(current ?? '', stored.value.kdf);
      const { format: _, ...sealed } = stored.value;
      if (open(sealed, given) === undefined) {
        return err({ code: 'passphrase_wrong', reason: `the passphrase does not open ${file}` });
      }
      opener = given;
    }
    const under = next === undefined ? undefined : await newSealingKey(next, random, parts.log2Cost);
    // Only now: deriving takes long enough for another program to save a key.
    const keys = await read();
    if (!keys.ok) return keys;
    const before = opener;
    opener = under;
    const written = write(keys.value);
    if (!written.ok) opener = before;
    return written;
  }

  return {
    place: file,
    load: (name) =>
      inTurn(async () => {
        const keys = await read();
        if (!keys.ok) return keys;
        const text = keys.value[name];
        return ok(text === undefined ? undefined : bytesOf(text));
      }),
    save: (name, key) =>
      change((keys) =>
        keys[name] === undefined
          ? ok({ ...keys, [name]: Buffer.from(key).toString('base64url') })
          : unavailable(`${file} already holds a key named ${name}`),
      ),
    rotation: {
      promote: () => change((keys) => promoted(keys) ?? unavailable(`${file} holds no next key`)),
      discardNext: () => change(({ next: _, ...keys }) => ok(keys)),
      retired: () =>
        inTurn(async () => {
          const keys = await read();
          return keys.ok ? ok((keys.value.retired ?? []).map(bytesOf)) : keys;
        }),
    },
    passphrase: {
      isSet() {
        const stored = readStored(file, logger);
        return stored.ok && stored.value.format === SEALED;
      },
      change: (current, next) => inTurn(() => changePassphrase(current, next)),
    },
  };
}

const PLAIN = 'counterfoil-keys-1';
const SEALED = 'counterfoil-keys-sealed-1';
const OWNER_ONLY = 0o600;
const FOR_OTHERS = 0o077;
const keyText = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const plainSchema = z.strictObject({
  format: z.literal(PLAIN),
  ledger: keyText.optional(),
  device: keyText.optional(),
  next: keyText.optional(),
  retired: z.array(keyText).max(MAX_RETIRED_KEYS).optional(),
});
const storedSchema = z.discriminatedUnion('format', [
  plainSchema,
  sealedSchema.extend({ format: z.literal(SEALED) }),
]);
type Stored = z.output<typeof storedSchema>;
type Keys = z.output<typeof plainSchema>;

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'base64url');

function unavailable(reason: string): Result<never, KeyFault> {
  return err({ code: 'key_unavailable', reason });
}
const damaged = (file: string) => unavailable(`${file} is damaged`);
const locked = (file: string): Result<never, KeyFault> =>
  err({ code: 'key_locked', reason: `a passphrase opens ${file}` });

function readStored(file: string, logger: Logger): Result<Stored, KeyFault> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
    closeToOthers(file, logger);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok({ format: PLAIN });
    return unavailable(`${file} cannot be read: ${messageOf(error)}`);
  }
  const parsed = storedSchema.safeParse(parseJson(text));
  return parsed.success ? ok(parsed.data) : damaged(file);
}

function parseKeys(text: string): Keys | undefined {
  const parsed = plainSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A restored backup often comes back readable for all. Windows has no such bits. */
function closeToOthers(file: string, logger: Logger): void {
  if (process.platform === 'win32' || (statSync(file).mode & FOR_OTHERS) === 0) return;
  chmodSync(file, OWNER_ONLY);
  logger.warn('the key file could be read by other accounts; it no longer can', { file });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
