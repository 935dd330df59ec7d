import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Core } from '../till/core.ts';
import { CoreStartError } from '../till/core-start-error.ts';
import { defaultDataDir, prepareDataFolder } from '../till/host/data-folder.ts';
import { launchUsage, parseLaunchOptions } from '../till/host/launch-options.ts';
import { stderrLogger } from '../till/host/logger.ts';
import { loadPage } from '../till/host/page.ts';
import { startFailureText } from '../till/host/start-failure.ts';
import { systemRandom } from '../till/system-ports.ts';
import { connectCore } from '../till/worker/connect-core.ts';
import type { CoreWorkerData } from './compose.ts';
import { type OpenedWindow, openWindow } from './open-window.ts';
import { startWebServer, type WebServer } from './server.ts';

const DEFAULT_PORT = 4811;
const SECRET_BYTES = 32;
/** Closing the ledger takes milliseconds; a process that still runs after this hangs. */
const SHUTDOWN_MS = 10_000;

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
  const { port = DEFAULT_PORT, window = true, demo = false } = parsed.value;
  const dataDir =
    parsed.value.dataDir ??
    defaultDataDir(demo, { platform: process.platform, home: os.homedir(), env: process.env });
  const secret = Buffer.from(systemRandom.bytes(SECRET_BYTES)).toString('base64url');

  // The port first: where it is taken, no ledger has been touched.
  const server = await listen(port, secret);
  const prepared = prepareDataFolder(dataDir);
  if (!prepared.ok) throw new StartFailure(prepared.error);
  const place = prepared.value;
  const { core, worker } = await startCore({ place, demo });
  server.serve(core);

  const url = `http://127.0.0.1:${server.port}/#secret=${secret}`;
  console.log(`Counterfoil is open at ${url}`);
  console.log(`Ledger: ${place.dataDir}  Key: ${place.keyFile} (whoever reads both reads the ledger)`);

  const opened: OpenedWindow = window
    ? await openWindow(url, place.dataDir)
    : { kind: 'none', why: 'as asked' };
  if (window && opened.kind === 'none') console.log(`No window was opened: ${opened.why}.`);
  stopWhenAsked({ server, core, worker, opened });
}

async function listen(port: number, secret: string): Promise<WebServer> {
  const page = loadPage(path.join(import.meta.dirname, '..', 'renderer'), systemRandom);
  try {
    return await startWebServer({ page, secret, port, logger: stderrLogger('warn') });
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
    if (error instanceof CoreStartError) throw new StartFailure(startFailureText(error.refusal, data.place));
    throw error;
  }
}

type Running = {
  readonly server: WebServer;
  readonly core: Core;
  readonly worker: Worker;
  readonly opened: OpenedWindow;
};

function stopWhenAsked({ server, core, worker, opened }: Running): void {
  let stopping = false;
  async function stop(exitCode: number): Promise<void> {
    // Ctrl+C often arrives twice, from the terminal and from npm.
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      console.error('Counterfoil did not stop in time and was ended. The ledger is safe.');
      process.exit(1);
    }, SHUTDOWN_MS).unref();
    await server.close();
    await core.close();
    if (opened.kind === 'app') {
      opened.close();
      await opened.closed;
    }
    process.exit(exitCode);
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
  if (opened.kind === 'app') void opened.closed.then(() => stop(0));
  worker.on('exit', () => {
    if (stopping) return;
    console.error('The core ended unexpectedly. The ledger is safe; start Counterfoil again.');
    void stop(1);
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StartFailure)) throw error;
  console.error(error.message);
  process.exit(1);
}
