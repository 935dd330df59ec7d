import { createCore } from '../../till/core.ts';
import { fileKeyStore } from '../../till/keys/file-key-store.ts';
import { fileAnchorStore, systemClock, systemRandom } from '../../till/system-ports.ts';

/** A till of its own process that goes on with what it was working on, until it is killed. */
const [dataDir = '', keyFile = '', anchorBase = ''] = process.argv.slice(2);
const logger = { info() {}, warn() {}, error: (message: string) => console.error(message) };
await createCore({
  clock: systemClock,
  random: systemRandom,
  keys: fileKeyStore(keyFile, { logger, random: systemRandom }),
  anchor: fileAnchorStore(anchorBase),
  centre: { request: () => Promise.reject(new Error('no network')) },
  logger,
  dataDir,
  host: 'web',
  version: '0.0.0',
  demo: false,
});
console.log('open');
// Timers of the core keep no process alive.
setInterval(() => {}, 1_000);
