import path from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { Core } from '../../till/core.ts';
import type { LedgerPlace } from '../../till/host/data-folder.ts';
import { connectCore } from '../../till/worker/connect-core.ts';
import { coreLimits } from '../../till/worker/limits.ts';
import { serveKeys } from '../adapters/key-channel.ts';
import { keychainKeyStore } from '../adapters/keychain.ts';
import type { CoreWorkerData } from '../compose.ts';

/** A worker thread reads real files only, so packaging leaves these outside the archive. */
function outsideArchive(file: string): string {
  return file.replace(`app.asar${path.sep}`, `app.asar.unpacked${path.sep}`);
}

/** @throws CoreStartError when the ledger cannot be opened */
export async function startCore(
  place: LedgerPlace,
  demo: boolean,
  onUnexpectedEnd: () => void,
): Promise<Core> {
  const { port1, port2 } = new MessageChannel();
  serveKeys(port1, keychainKeyStore(`${place.dataDir}.keychain`));
  const workerData: CoreWorkerData = { place, demo, keyPort: port2 };
  const worker = new Worker(outsideArchive(path.join(import.meta.dirname, 'core-worker.mjs')), {
    workerData,
    transferList: [port2],
    resourceLimits: coreLimits,
  });
  worker.once('exit', () => port1.close());
  const core = await connectCore(worker).catch(async (error: unknown) => {
    await worker.terminate();
    throw error;
  });
  let closing = false;
  worker.once('exit', () => {
    if (!closing) onUnexpectedEnd();
  });
  return {
    ...core,
    close() {
      closing = true;
      return core.close();
    },
  };
}
