import { fileKeyStore } from '../../till/keys/file-key-store.ts';
import { openServices } from '../../till/services.ts';
import { fileAnchorStore, systemClock, systemRandom } from '../../till/system-ports.ts';

/**
 * A process that opens a ledger as another account: its modules are loaded before, so that only the ledger's own rights
 * matter. Says with which code it was refused.
 */
const [dataDir = '', account = ''] = process.argv.slice(2);
const logger = { info() {}, warn() {}, error() {} };
if (account !== '') {
  process.setgroups?.([]);
  process.setgid?.(Number(account));
  process.setuid?.(Number(account));
}
const opened = await openServices({
  clock: systemClock,
  random: systemRandom,
  keys: fileKeyStore(`${dataDir}.key`, { logger, random: systemRandom }),
  anchor: fileAnchorStore(dataDir),
  centre: { request: () => Promise.reject(new Error('no network')) },
  logger,
  dataDir,
  host: 'web',
  version: '0.0.0',
  demo: false,
});
console.log(opened.ok ? 'opened' : opened.error.code);
if (opened.ok) opened.value.close();
