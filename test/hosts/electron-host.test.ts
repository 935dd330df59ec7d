import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build, distDir } from '../../build/build.ts';

/** Main and preload of the Electron host over the stand-in: how it starts, refuses, answers and ends. */
const standIn = path.resolve(import.meta.dirname, '..', 'electron', 'stand-in', 'run.ts');
/** On a machine that is busy with everything else. */
const START_MS = 20_000;
const main = path.join(distDir, 'electron', 'main.mjs');

let folder: string;
let dataDir: string;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(() => build(['renderer', 'electron', 'preload']), 120_000);

function makeFolder(): void {
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-electron-'));
  dataDir = path.join(folder, 'till');
}

async function cleanUp(): Promise<void> {
  for (const clean of cleanups.splice(0).reverse()) await clean();
  rmSync(folder, { recursive: true, force: true });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a host and port has an address of this type.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function start(env: Record<string, string> = {}) {
  const port = await freePort();
  const child = spawn(process.execPath, [standIn, String(port), main, '--demo', `--data=${dataDir}`], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, output })),
  );
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  cleanups.push(() => end('SIGKILL'));
  return { port, ended, end };
}

async function opened(): Promise<{
  page: Page;
  end(signal: NodeJS.Signals): Promise<{ code: number | null }>;
}> {
  const host = await start({ STAND_IN_SAVE_DIR: path.join(folder, 'usb-stick') });
  const browser = await until(() =>
    chromium.connectOverCDP(`http://127.0.0.1:${host.port}`).catch(() => undefined),
  );
  cleanups.push(() => browser.close());
  const page = await until(() => ownPage(browser));
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, end: host.end };
}

/** Asks until there is an answer. Not `expect.poll`: hooks need it too. */
async function until<T>(ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + START_MS; ; await sleep(100)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`nothing came in ${START_MS} ms`);
  }
}

function ownPage(browser: Browser): Page | undefined {
  const pages = browser.contexts().flatMap((context) => context.pages());
  return pages.find((page) => page.url().startsWith('https://counterfoil.app.invalid/'));
}

type Bridge = {
  call(name: unknown, input: unknown, session?: unknown): Promise<{ ok: boolean; error?: { code: string } }>;
  saveFile(file: unknown): Promise<{ ok: boolean; error?: { code: string } }>;
};

describe('starting and ending', () => {
  beforeEach(makeFolder);
  afterEach(cleanUp);

  it('refuses a keychain that only obfuscates, says so once, and makes no ledger', async () => {
    const { code, output } = await (await start({ STAND_IN_KEYCHAIN: 'basic_text' })).ended;
    expect(code).toBe(1);
    expect(output).toContain('[error box] Counterfoil: The key of the ledger in');
    expect(output).toContain('the system offers no keychain');
    expect(existsSync(path.join(dataDir, 'ledger.db'))).toBe(false);
    expect(existsSync(`${dataDir}.keychain`)).toBe(false);
  });

  it('says that a folder cannot be used', async () => {
    writeFileSync(dataDir, 'a file');
    const { code, output } = await (await start()).ended;
    expect(code).toBe(1);
    expect(output).toContain(`[error box] Counterfoil: The data folder ${dataDir} cannot be used`);
    expect(readFileSync(dataDir, 'utf8')).toBe('a file');
  });

  it('closes the ledger before it quits', async () => {
    const { end } = await opened();
    expect((await end('SIGTERM')).code).toBe(0);
    expect(existsSync(path.join(dataDir, 'ledger.db'))).toBe(true);
    expect(existsSync(path.join(dataDir, 'ledger.db-wal'))).toBe(false);
  });
});

describe('an open window', () => {
  let page: Page;
  beforeAll(async () => {
    makeFolder();
    ({ page } = await opened());
  });
  afterAll(cleanUp);

  it('keeps an encrypted key outside the data folder, and leaves the ledger to one instance', async () => {
    expect(statSync(`${dataDir}.keychain`).mode & 0o777).toBe(0o600);
    const second = await (await start()).ended;
    expect(second.code).toBe(1);
    expect(second.output).toContain('already open');
  });

  it('answers its page in the agreed shape, and nothing else', async () => {
    const ask = (name: unknown, session?: unknown) =>
      page.evaluate(
        ([operation, token]) =>
          (window as unknown as { counterfoil: Bridge }).counterfoil.call(operation, {}, token),
        [name, session],
      );
    expect(await ask('app.status')).toMatchObject({ ok: true });
    expect(await ask('app.nothing')).toMatchObject({ error: { code: 'unknown_operation' } });
    expect(await ask(42)).toMatchObject({ error: { code: 'invalid_input' } });
    expect(await ask('x'.repeat(200))).toMatchObject({ error: { code: 'invalid_input' } });
    expect(await ask('app.status', { admin: true })).toMatchObject({ error: { code: 'invalid_input' } });
    expect(await ask('offers.list', 'forged')).toMatchObject({ error: { code: 'not_signed_in' } });
  });

  it.each([
    [{ fileName: '../till.desktop', mime: 'application/pdf', base64: 'AAAA' }],
    [{ fileName: 'run.exe', mime: 'application/x-msdownload', base64: 'AAAA' }],
    [{ fileName: 'labels.pdf', mime: 'application/pdf', base64: 'not base64!' }],
  ])('writes no file that is none of this product (%#)', async (file) => {
    const answer = await page.evaluate(
      (given) => (window as unknown as { counterfoil: Bridge }).counterfoil.saveFile(given),
      file,
    );
    expect(answer).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
  });

  it('says whether the folder that the person chose took the file', async () => {
    const file = { fileName: 'labels.pdf', mime: 'application/pdf', base64: 'AAAA' };
    const save = () =>
      page.evaluate(
        (given) => (window as unknown as { counterfoil: Bridge }).counterfoil.saveFile(given),
        file,
      );
    const chosen = path.join(folder, 'usb-stick', 'labels.pdf');
    expect(await save()).toEqual({
      ok: false,
      error: { code: 'storage_readonly', params: { path: chosen } },
    });
    mkdirSync(path.dirname(chosen));
    expect(await save()).toEqual({ ok: true, value: { saved: true } });
    expect(statSync(chosen).size).toBe(3);
  });

  it('gives the page no way to Node and no handle of its own', async () => {
    expect(
      await page.evaluate(() => [
        typeof Reflect.get(window, 'require'),
        typeof Reflect.get(window, 'process'),
      ]),
    ).toEqual(['undefined', 'undefined']);
    expect(
      await page.evaluate(() => {
        const bridge = (window as unknown as { counterfoil: object }).counterfoil;
        return [Object.isFrozen(bridge), ...Object.keys(bridge).sort()];
      }),
    ).toEqual([true, 'call', 'host', 'onPush', 'saveFile']);
  });
});
