import { mkdirSync, readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { _electron, type BrowserContextOptions, chromium, expect } from '@playwright/test';
import { distDir } from '../../build/build.ts';
import { findElectron } from '../../build/find-electron.ts';
import type { HostKind } from './host-kind.ts';
import { run } from './process.ts';
import type { OpenTill, TillPlace } from './till.ts';

const root = path.dirname(distDir);
const main = path.join(distDir, 'electron', 'main.mjs');

function tillArgs({ demo, dataDir }: TillPlace): string[] {
  return [demo ? '--demo' : '--no-demo', `--data=${dataDir}`];
}

/** The Electron host, on the real runtime or on the stand-in. */
export async function openElectronTill(
  place: TillPlace,
  kind: Exclude<HostKind, 'web'>,
  windowOptions: BrowserContextOptions,
): Promise<OpenTill> {
  const saveDir = path.join(place.folder, 'saved');
  mkdirSync(saveDir, { recursive: true });
  const savedFile = (act: () => Promise<unknown>) => fileSavedBy(act, saveDir);
  return kind === 'electron'
    ? { ...(await openReal(place, saveDir)), savedFile }
    : { ...(await openOnStandIn(place, saveDir, windowOptions)), savedFile };
}

type Opened = Omit<OpenTill, 'savedFile'>;

async function openOnStandIn(
  place: TillPlace,
  saveDir: string,
  windowOptions: BrowserContextOptions,
): Promise<Opened> {
  const port = await freePort();
  const standIn = path.join(root, 'test', 'electron', 'stand-in', 'run.ts');
  const program = run([standIn, String(port), main, ...tillArgs(place)], {
    cwd: place.folder,
    env: { STAND_IN_SAVE_DIR: saveDir, STAND_IN_WINDOW: JSON.stringify(windowOptions) },
  });
  await program.seen(/devtools on port (\d+)/);
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  const [context] = browser.contexts();
  if (!context) throw new Error('the stand-in shows no window');
  const own = () => context.pages().find((page) => page.url().startsWith('https://counterfoil.app.invalid/'));
  await expect.poll(own).toBeDefined();
  const page = own();
  if (!page) throw new Error('the stand-in shows no page');
  return {
    page,
    program,
    async close() {
      await browser.close();
      await program.stop();
    },
  };
}

async function openReal(place: TillPlace, saveDir: string): Promise<Opened> {
  const executablePath = findElectron();
  if (executablePath === undefined) throw new Error('there is no Electron runtime');
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const application = await _electron.launch({
    executablePath,
    args: [...sandbox, root, ...tillArgs(place)],
  });
  await application.evaluate(({ dialog }, folder) => {
    dialog.showSaveDialog = async (...args: unknown[]) => {
      const { defaultPath } = args.at(-1) as { defaultPath: string };
      return { canceled: false, filePath: `${folder}/${defaultPath.split(/[/\\]/).at(-1)}` };
    };
  }, saveDir);
  const child = application.process();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  return {
    page: await application.firstWindow(),
    program: {
      pid: child.pid,
      output: () => output,
      seen: async () => output,
      stop: () => application.close(),
      async kill() {
        child.kill('SIGKILL');
      },
    },
    close: () => application.close(),
  };
}

async function fileSavedBy(
  act: () => Promise<unknown>,
  folder: string,
): Promise<{ name: string; path: string }> {
  const before = new Set(readdirSync(folder));
  await act();
  const added = () => readdirSync(folder).find((name) => !before.has(name));
  await expect.poll(added).toBeDefined();
  const name = added() ?? '';
  return { name, path: path.join(folder, name) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a host and port has an address of this type.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
