import type { LedgerPlace } from '../till/host/data-folder.ts';
import { fetchTransport } from '../till/host/fetch-transport.ts';
import { stderrLogger } from '../till/host/logger.ts';
import { productVersion } from '../till/host/version.ts';
import { fileKeyStore } from '../till/keys/file-key-store.ts';
import type { CorePorts } from '../till/ports.ts';
import { fileAnchorStore, systemClock, systemRandom } from '../till/system-ports.ts';

/** What the host's main thread tells the worker that holds the core. */
export type CoreWorkerData = {
  readonly place: LedgerPlace;
  readonly demo: boolean;
  /** Opens the key file, where one wraps it. */
  readonly passphrase?: string | undefined;
};

/** The ports of the web host. */
export function composePorts({ place, demo, passphrase }: CoreWorkerData): CorePorts {
  const logger = stderrLogger('warn');
  return {
    clock: systemClock,
    random: systemRandom,
    keys: fileKeyStore(place.keyFile, { logger, random: systemRandom, passphrase }),
    anchor: fileAnchorStore(place.anchorBase),
    centre: fetchTransport,
    logger,
    dataDir: place.dataDir,
    host: 'web',
    version: productVersion,
    demo,
  };
}
