import type { Result } from '../../shared/kernel/result.ts';
import type { KeyFault, KeyStore, Logger } from '../ports.ts';
import { systemRandom } from '../system-ports.ts';
import { askHidden } from './ask-hidden.ts';
import { fileKeyStore } from './file-key-store.ts';
import { readPassphraseFile } from './passphrase-file.ts';

/** How the commands of this folder open a key file: with the passphrase of a file, or one that they ask for. */

export const terminalLogger: Logger = {
  info() {},
  warn: (message) => console.error(message),
  error: (message) => console.error(message),
};

export type OpenKeys = { readonly keys: KeyStore; readonly passphrase: string | undefined };

/** @throws Error with a sentence for the person at the terminal */
export async function openKeyFile(file: string, passphraseFile?: string): Promise<OpenKeys> {
  const open = (passphrase?: string): OpenKeys => ({
    keys: fileKeyStore(file, { logger: terminalLogger, random: systemRandom, passphrase }),
    passphrase,
  });
  if (passphraseFile !== undefined) return open(readPassphraseFile(passphraseFile));
  const plain = open();
  if (!plain.keys.passphrase?.isSet()) return plain;
  const entered = await askHidden(`Passphrase of ${file}: `);
  if (entered === undefined) {
    throw new Error(`a passphrase opens ${file}: name the file that holds it with --passphrase-file FILE`);
  }
  return open(entered);
}

/** @throws Error where there is no such key */
export async function ledgerKeyOf(keys: KeyStore): Promise<Uint8Array> {
  const key = must(await keys.load('ledger'));
  if (!key) throw new Error(`${keys.place} holds no key of a ledger`);
  return key;
}

/** The ledger's key first, then the one it may be changing to, then earlier ones. */
export async function everyKeyOf(keys: KeyStore): Promise<[Uint8Array, ...Uint8Array[]]> {
  const next = must(await keys.load('next'));
  const retired = keys.rotation ? must(await keys.rotation.retired()) : [];
  return [await ledgerKeyOf(keys), ...(next ? [next] : []), ...retired];
}

export function must<T>(result: Result<T, KeyFault>): T {
  if (!result.ok) throw new Error(result.error.reason);
  return result.value;
}
