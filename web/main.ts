import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Core } from '../till/core.ts';
import { CoreStartError } from '../till/core-start-error.ts';
import { defaultDataDir, prepareDataFolder } from '../till/host/data-folder.ts';
import { launchUsage, parseLaunchOptions } from '../till/host/launch-options.ts';
import { stderrLogger } from '../till/host/logger.ts';
import { loadPage, type Page } from '../till/host/page.ts';
import { startFailureText } from '../till/host/start-failure.ts';
import { productVersion } from '../till/host/version.ts';
import { systemRandom } from '../till/system-ports.ts';
import { connectCore } from '../till/worker/connect-core.ts';
import { windowAccess } from './access.ts';
import type { CoreWorkerData } from './compose.ts';
import { startHubListener } from './hub-listener.ts';
import { createLaneCore } from './lane/lane-core.ts';
import { readMembership } from './lane/lane-file.ts';
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
  const { core, worker } = await startCore({ place, demo });
  const hub = startHubListener({ core, page, logger: stderrLogger('warn') });
  shutdown.add(() => hub.close());
  shutdown.add(() => core.close());
  worker.on('exit', () => {
    if (shutdown.isStopping()) return;
    console.error('The core ended unexpectedly. The ledger is safe; start Counterfoil again.');
    void shutdown.stop(1);
  });
  server.serve(core);
  console.log(`Counterfoil is open at ${url}`);
  console.log(`Ledger: ${place.dataDir}  Key: ${place.keyFile} (whoever reads both reads the ledger)`);
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

async function startCore(data: CoreWorkerData): Promise<{ core: Core; worker: Worker }> {
  const worker = new Worker(path.join(import.meta.dirname, 'core-worker.mjs'), { workerData: data });
  try {
    return { core: await connectCore(worker), worker };
  } catch (error) {
    await worker.terminate();
    if (!(error instanceof CoreStartError)) throw error;
    const { dataDir, keyFile } = data.place;
    throw new StartFailure(startFailureText(error.refusal, { dataDir, keyPlace: keyFile }));
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StartFailure)) throw error;
  console.error(error.message);
  process.exit(1);
}
