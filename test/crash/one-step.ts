import path from 'node:path';
import { openLedger } from '../../db/open.ts';
import { restoreBackup } from '../../till/backup/restore.ts';
import { createCore } from '../../till/core.ts';
import { fileKeyStore } from '../../till/keys/file-key-store.ts';
import { rotateKey } from '../../till/keys/rotate-key.ts';
import type { CorePorts } from '../../till/ports.ts';
import { openServices } from '../../till/services.ts';
import { fileAnchorStore, systemClock, systemRandom } from '../../till/system-ports.ts';

/** A process that does one thing to a ledger, at any of whose file operations it may be killed, and says when it did. */
const [step = '', dataDir = '', operatorId = '', pin = ''] = process.argv.slice(2);

const logger = { info() {}, warn() {}, error: (message: string) => console.error(message) };
const ports: CorePorts = {
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
};

switch (step) {
  case 'rotate': {
    const opened = await openServices(ports);
    if (!opened.ok) throw new Error(opened.error.code);
    const rotated = await rotateKey(opened.value, undefined);
    if (!rotated.ok) throw new Error(rotated.error.code);
    opened.value.close();
    break;
  }
  case 'backup': {
    const core = await createCore(ports);
    const signedIn = await core.call('session.signIn', { operatorId, pin }, {});
    const { session } = signedIn.ok ? (signedIn.value as { session: string }) : { session: '' };
    const made = await core.call('backup.now', {}, { session });
    if (!made.ok) throw new Error(made.error.code);
    await core.close();
    break;
  }
  case 'restore': {
    const key = await ports.keys.load('ledger');
    const backup = path.join(path.dirname(dataDir), 'restorable.backup');
    const keys = [key.ok && key.value ? Uint8Array.from(key.value) : new Uint8Array()] as const;
    const restored = restoreBackup(backup, dataDir, keys, Date.now());
    if (!restored.ok) throw new Error(restored.error.code);
    break;
  }
  // Opening alone brings the schema up to date.
  case 'open': {
    const key = await ports.keys.load('ledger');
    const opened = openLedger(dataDir, key.ok && key.value ? key.value : new Uint8Array());
    if (!opened.ok) throw new Error(opened.error.code);
    opened.value.close();
    break;
  }
  default:
    throw new Error(`no such step: ${step}`);
}
console.log('done');
