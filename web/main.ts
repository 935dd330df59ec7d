import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Refusal } from '../shared/contracts/refusal.ts';
import { err, ok, type Result } from '../shared/kernel/result.ts';
import type { Core } from '../till/core.ts';
import { CoreStartError } from '../till/core-start-error.ts';
import { defaultDataDir, type LedgerPlace, prepareDataFolder } from '../till/host/data-folder.ts';
import { launchUsage, parseLaunchOptions } from '../till/host/launch-options.ts';
import { stderrLogger } from '../till/host/logger.ts';
import { loadPage, type Page } from '../till/host/page.ts';
import { startFailureText } from '../till/host/start-failure.ts';
import { productVersion } from '../till/host/version.ts';
import { readPassphraseFile } from '../till/keys/passphrase-file.ts';
import { systemRandom } from '../till/system-ports.ts';
import { connectCore } from '../till/worker/connect-core.ts';
import { coreLimits } from '../till/worker/limits.ts';
import { windowAccess } from './access.ts';
import type { CoreWorkerData } from './compose.ts';
import { startHubListener } from './hub-listener.ts';
import { createLaneCore } from './lane/lane-core.ts';
import { readMembership } from './lane/lane-file.ts';
import { createLockedCore } from './locked-core.ts';
import { openWindow } from './open-window.ts';
import { startWebServer, type WebServer } from './server.ts';
import { listenForShutdown, type Shutdown } from './shutdown.ts';

const DEFAULT_PORT = 4811;
const SECRET_BYTES = 32;
const LOOPBACK = '127.0.0.1';

/** Ends the start with one sentence for the person who asked for it. */
class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

async function main(argv: readonly string[]): Promise<void> {
  const parsed = parseLaunchOptions(argv, process.cwd());
  if (!parsed.ok) {
    console.error(`${parsed.error}\n${launchUsage}`);
    process.exit(2);
  }
  const { port = DEFAULT_PORT, window = true, demo = false, lane = false } = parsed.value;
  const dataDir =
    parsed.value.dataDir ??
    defaultDataDir(lane ? 'lane' : demo ? 'demo' : 'till', {
      platform: process.platform,
      home: os.homedir(),
      env: process.env,
    });
  const secret = Buffer.from(systemRandom.bytes(SECRET_BYTES)).toString('base64url');

  const shutdown = listenForShutdown();
  // The port first: where it is taken, no ledger has been touched.
  const page = loadPage(path.join(import.meta.dirname, '..', 'renderer'), systemRandom);
  const server = await listen(page, port, secret);
  shutdown.add(() => server.close());
  const prepared = prepareDataFolder(dataDir);
  if (!prepared.ok) throw new StartFailure(prepared.error);
  const place = prepared.value;
  const url = `http://127.0.0.1:${server.port}/#secret=${secret}`;
  if (lane) {
    shutdown.add(serveLane(server, dataDir));
    console.log(`Counterfoil is open at ${url}`);
    console.log('This till is a lane: it keeps no ledger and redeems nothing without its hub.');
    if (window) await showWindow(url, dataDir, shutdown);
    return;
  }
  const { passphraseFile } = parsed.value;
  const passphrase = passphraseFile === undefined ? undefined : passphraseIn(passphraseFile);
  const open = (data: CoreWorkerData) => startTill(data, page, shutdown);
  const opened = await open({ place, demo, passphrase });
  const isLocked = !opened.ok && opened.error.code === 'key_locked';
  if (!opened.ok && !isLocked) throw cannotOpen(opened.error, place);
  server.serve(
    opened.ok
      ? opened.value
      : createLockedCore({
          version: productVersion,
          open: (entered) => open({ place, demo, passphrase: entered }),
        }),
  );
  console.log(`Counterfoil is open at ${url}`);
  console.log(
    isLocked
      ? `A passphrase wraps ${place.keyFile}: enter it in the window, or start with --passphrase-file FILE.`
      : `Ledger: ${place.dataDir}  Key: ${place.keyFile} (${passphrase === undefined ? 'whoever reads both reads the ledger' : 'wrapped by a passphrase'})`,
  );
  if (window) await showWindow(url, place.dataDir, shutdown);
}

/** A till in a window of its own ends with it, as a desktop program does. */
async function showWindow(url: string, dataDir: string, shutdown: Shutdown): Promise<void> {
  const opened = await openWindow(url, dataDir);
  if (opened.kind === 'none') console.log(`No window was opened: ${opened.why}.`);
  if (opened.kind !== 'app') return;
  shutdown.add(() => opened.close());
  void opened.closed.then(() => shutdown.stop(0));
}

/** @returns how to leave the hub */
function serveLane(server: WebServer, folder: string): () => Promise<void> {
  const membership = readMembership(folder);
  if (!membership.ok) throw new StartFailure(membership.error);
  const core = createLaneCore({
    folder,
    membership: membership.value,
    version: productVersion,
    random: systemRandom,
    logger: stderrLogger('warn'),
  });
  server.serve(core);
  core.onLink((up) => server.setLink(up));
  return () => core.close();
}

async function listen(page: Page, port: number, secret: string): Promise<WebServer> {
  try {
    return await startWebServer({
      page,
      access: (actual) => windowAccess(secret, actual),
      host: LOOPBACK,
      port,
      logger: stderrLogger('warn'),
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new StartFailure(
        `Port ${port} is already in use. Choose another with --port N, or 0 for any free one.`,
      );
    }
    if (code === 'EACCES')
      throw new StartFailure(`Port ${port} may not be used by this account. Choose another with --port N.`);
    throw error;
  }
}

/** The core in its worker, and the hub's door to it. */
async function startTill(
  data: CoreWorkerData,
  page: Page,
  shutdown: Shutdown,
): Promise<Result<Core, Refusal>> {
  const worker = new Worker(path.join(import.meta.dirname, 'core-worker.mjs'), {
    workerData: data,
    resourceLimits: coreLimits,
  });
  let core: Core;
  try {
    core = await connectCore(worker);
  } catch (error) {
    await worker.terminate();
    if (!(error instanceof CoreStartError)) throw error;
    return err(error.refusal);
  }
  const hub = startHubListener({ core, page, logger: stderrLogger('warn') });
  shutdown.add(() => hub.close());
  shutdown.add(() => core.close());
  worker.on('exit', () => {
    if (shutdown.isStopping()) return;
    console.error('The core ended unexpectedly. The ledger is safe; start Counterfoil again.');
    void shutdown.stop(1);
  });
  return ok(core);
}

function cannotOpen(why: Refusal, { dataDir, keyFile }: LedgerPlace): StartFailure {
  return new StartFailure(startFailureText(why, { dataDir, keyPlace: keyFile }));
}

function passphraseIn(file: string): string {
  try {
    return readPassphraseFile(file);
  } catch (error) {
    throw new StartFailure(
      `The passphrase cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StartFailure)) throw error;
  console.error(error.message);
  process.exit(1);
}
