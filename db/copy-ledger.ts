import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { rawKey } from './cipher.ts';
import { CopyError, type CopyFailure as Failure } from './storage-fault.ts';

type Order = {
  readonly driver: string;
  readonly source: string;
  readonly target: string;
  readonly key: string;
};

/**
 * Writes a compact copy of a ledger that is in use, under the same key, from a thread with a connection of its own:
 * what is committed meanwhile is not in it, and waits for nothing. The copy is not flushed yet.
 */
export async function copyLedger(source: string, key: Uint8Array, target: string): Promise<void> {
  const driver = createRequire(import.meta.url).resolve('better-sqlite3');
  const order: Order = { driver, source, target, key: rawKey(key).toString('latin1') };
  // Its source travels as text, so that it needs no file of its own in any bundle.
  const thread = new Worker(`(${copyInThread.toString()})()`, { eval: true, workerData: order });
  const failure = await new Promise<Failure | undefined>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the copying thread ended without a word')));
  });
  if (failure) throw new CopyError(failure);
}

/** Runs in the thread, where nothing of this module is: it may name only what it fetches itself. */
function copyInThread(): void {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const { createRequire: requireFrom } = process.getBuiltinModule('node:module');
  const { driver, source, target, key } = workerData as Order;
  let failure: Failure | undefined;
  try {
    const Database = requireFrom(driver)(driver) as typeof import('better-sqlite3');
    const database = new Database(source, { readonly: true, fileMustExist: true });
    try {
      database.pragma("cipher = 'aegis'");
      database.key(Buffer.from(key, 'latin1'));
      database.prepare('VACUUM INTO ?').run(target);
    } finally {
      database.close();
    }
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    failure = { message, code };
  }
  parentPort?.postMessage(failure);
}
