import type { MessagePort } from 'node:worker_threads';
import type { LedgerPlace } from '../till/host/data-folder.ts';
import { fetchTransport } from '../till/host/fetch-transport.ts';
import { stderrLogger } from '../till/host/logger.ts';
import { productVersion } from '../till/host/version.ts';
import type { CorePorts } from '../till/ports.ts';
import { fileAnchorStore, systemClock, systemRandom } from '../till/system-ports.ts';
import { keysOver } from './adapters/key-channel.ts';

/** What main tells the worker that holds the core. */
export type CoreWorkerData = {
  readonly place: LedgerPlace;
  readonly demo: boolean;
  readonly keyPort: MessagePort;
};

/** The ports of the Electron host. */
export function composePorts({ place, demo, keyPort }: CoreWorkerData): CorePorts {
  return {
    clock: systemClock,
    random: systemRandom,
    keys: keysOver(keyPort),
    anchor: fileAnchorStore(place.anchorBase),
    centre: fetchTransport,
    logger: stderrLogger('warn'),
    dataDir: place.dataDir,
    host: 'electron',
    version: productVersion,
    demo,
  };
}
