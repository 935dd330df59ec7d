import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build, distDir } from '../../build/build.ts';

/** The web host as its own process: how it starts, what it says when it cannot, and how it ends. */
const main = path.join(distDir, 'web', 'main.mjs');

let folder: string;
let dataDir: string;
const running = new Set<() => Promise<unknown>>();

beforeAll(() => build(['renderer', 'web']), 120_000);
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-host-'));
  dataDir = path.join(folder, 'till');
});
afterEach(async () => {
  for (const end of running) await end();
  running.clear();
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[] = [], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, '--no-window', '--port=0', `--data=${dataDir}`, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  running.add(() => end('SIGKILL'));
  return { child, ended, end };
}

async function opened(args: readonly string[] = [], env: Record<string, string> = {}) {
  const host = start(args, env);
  const url = await new Promise<URL>((resolve, reject) => {
    host.child.stdout.on('data', (chunk: string) => {
      const found = /open at (http:\S+)/.exec(chunk)?.[1];
      if (found) resolve(new URL(found));
    });
    void host.ended.then(({ stderr }) => reject(new Error(`it did not open: ${stderr}`)));
  });
  const secret = new URLSearchParams(url.hash.slice(1)).get('secret') ?? '';
  return { ...host, url, secret };
}

async function status(url: URL, secret: string): Promise<{ ok: boolean; value: { phase: string } }> {
  const response = await fetch(new URL('/api/op/app.status', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: '{}',
  });
  return (await response.json()) as { ok: boolean; value: { phase: string } };
}

/** One sentence on standard error, and nothing on the ledger. */
async function refusesToStart(args: readonly string[] = []): Promise<string> {
  const { code, stderr, stdout } = await start(args).ended;
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  return stderr.trim();
}

function fingerprint(): Record<string, string> {
  return Object.fromEntries(
    readdirSync(dataDir)
      .filter((name) => name.startsWith('ledger.db'))
      .map((name) => [name, readFileSync(path.join(dataDir, name)).toString('base64')]),
  );
}

describe('starting', () => {
  it('opens on a new folder, keeps its key outside for its owner alone, and opens again', async () => {
    const first = await opened();
    expect(await status(first.url, first.secret)).toMatchObject({ ok: true, value: { phase: 'setup' } });
    expect(statSync(`${dataDir}.key`).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect((await first.end('SIGTERM')).code).toBe(0);

    const second = await opened();
    expect(await status(second.url, second.secret)).toMatchObject({ ok: true });
    expect(second.secret).not.toBe(first.secret);
  });

  it('makes a demo location when asked', async () => {
    const { url, secret } = await opened(['--demo']);
    expect(await status(url, secret)).toMatchObject({ ok: true, value: { phase: 'ready' } });
  });

  it('explains arguments that it does not understand, and touches nothing', async () => {
    const { code, stderr } = await start(['--prot', '80']).ended;
    expect(code).toBe(2);
    expect(stderr).toContain("Unknown option '--prot'");
    expect(stderr).toContain('--port N');
    expect(existsSync(dataDir)).toBe(false);
  });
});

describe('when it cannot start', () => {
  it('names the port that is taken, before a ledger is made', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    expect(await refusesToStart([`--port=${port}`])).toContain(`Port ${port} is already in use`);
    expect(existsSync(dataDir)).toBe(false);
    other.close();
  });

  it('names the folder that cannot be written', async () => {
    writeFileSync(dataDir, 'a file');
    expect(await refusesToStart()).toContain(`The data folder ${dataDir} cannot be used`);
    expect(readFileSync(dataDir, 'utf8')).toBe('a file');
  });

  it('leaves a ledger to the process that has it', async () => {
    const first = await opened();
    expect(await refusesToStart()).toContain('Another Counterfoil is already using');
    expect(await status(first.url, first.secret)).toMatchObject({ ok: true });
  });

  describe('on a ledger that is not as it was', () => {
    beforeEach(async () => {
      // Closed cleanly: after a crash the write-ahead log would mend some of what is broken here.
      const { code } = await (await opened(['--demo'])).end('SIGTERM');
      expect(code).toBe(0);
    });

    it('says that the key is another one, and changes nothing', async () => {
      const ours = readFileSync(`${dataDir}.key`, 'utf8');
      writeFileSync(
        `${dataDir}.key`,
        JSON.stringify({ ...JSON.parse(ours), ledger: Buffer.alloc(32, 1).toString('base64url') }),
      );
      const before = fingerprint();
      expect(await refusesToStart()).toContain('The key does not open');
      expect(fingerprint()).toEqual(before);

      writeFileSync(`${dataDir}.key`, ours);
      await opened();
    });

    it('does not make a new key for a ledger whose key is gone', async () => {
      rmSync(`${dataDir}.key`);
      expect(await refusesToStart()).toContain('The key does not open');
      expect(existsSync(`${dataDir}.key`)).toBe(false);
    });

    it('says that the key file is damaged', async () => {
      writeFileSync(`${dataDir}.key`, '{');
      expect(await refusesToStart()).toContain('cannot be had');
      expect(readFileSync(`${dataDir}.key`, 'utf8')).toBe('{');
    });

    it.each([
      ['cut short', (file: string) => truncateSync(file, 5_000)],
      [
        'overwritten in the middle',
        (file: string) => {
          const bytes = readFileSync(file);
          bytes.fill(0xff, 4_096, 8_192);
          writeFileSync(file, bytes);
        },
      ],
      [
        'emptied of its first page',
        (file: string) => {
          const bytes = readFileSync(file);
          bytes.fill(0, 0, 4_096);
          writeFileSync(file, bytes);
        },
      ],
    ] as const)('says that it is damaged when it was %s, and changes nothing', async (_how, damage) => {
      damage(path.join(dataDir, 'ledger.db'));
      const before = fingerprint();
      expect(await refusesToStart()).toMatch(/is damaged|could not be opened/);
      expect(fingerprint()).toEqual(before);
    });
  });
});

describe('ending', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'closes the ledger on %s, however often it comes',
    async (signal) => {
      const host = await opened(['--demo']);
      const events = await fetch(new URL('/api/events', host.url), {
        headers: { authorization: `Bearer ${host.secret}` },
      });
      host.child.kill(signal);
      const { code } = await host.end(signal);
      expect(code).toBe(0);
      await expect(events.text()).rejects.toThrow();
      // A clean close leaves no write-ahead log to replay.
      expect(existsSync(path.join(dataDir, 'ledger.db-wal'))).toBe(false);
    },
  );
});

describe.skipIf(process.platform !== 'linux')('the window', () => {
  /** Stands where a browser would, notes how it was called, and stays until it is told to end. */
  function browserOnPath(): Record<string, string> {
    const program = path.join(folder, 'chromium');
    writeFileSync(
      program,
      `#!/bin/sh\nprintf '%s\\n' "$@" > "${folder}/called"\nwhile [ ! -e "${folder}/close" ]; do sleep 0.1; done\n`,
      { mode: 0o755 },
    );
    return { PATH: `${folder}:/usr/bin:/bin`, DISPLAY: ':99' };
  }
  const called = () =>
    existsSync(path.join(folder, 'called')) ? readFileSync(path.join(folder, 'called'), 'utf8') : '';
  const profiles = () => readdirSync(dataDir).filter((name) => name.startsWith('window-'));

  it('is an app window with a profile of its own, and the till ends with it', async () => {
    const host = await opened(['--window'], browserOnPath());
    await expect.poll(called, { timeout: 10_000 }).toContain(`--app=${host.url.href}`);
    expect(profiles()).toHaveLength(1);
    expect(called()).toContain(`--user-data-dir=${path.join(dataDir, profiles()[0] ?? '')}`);
    expect(called().includes('--no-sandbox')).toBe(process.getuid?.() === 0);
    writeFileSync(path.join(folder, 'close'), '');
    expect((await host.ended).code).toBe(0);
    expect(profiles()).toEqual([]);
  });

  it('is closed with the till, and its profile goes', async () => {
    const host = await opened(['--window'], browserOnPath());
    await expect.poll(called, { timeout: 10_000 }).not.toBe('');
    expect((await host.end('SIGTERM')).code).toBe(0);
    expect(profiles()).toEqual([]);
  });

  it('is not tried without a display, and the till serves all the same', async () => {
    const host = await opened(['--window'], { DISPLAY: '', WAYLAND_DISPLAY: '' });
    expect(await status(host.url, host.secret)).toMatchObject({ ok: true });
    expect((await host.end('SIGTERM')).stdout).toContain('No window was opened: there is no display here.');
  });
});

describe('a key file that a passphrase wraps', () => {
  const phrase = 'correct horse battery';

  async function call(url: URL, secret: string, name: string, input: object, session = '') {
    const response = await fetch(new URL(`/api/op/${name}`, url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${secret}`,
        'content-type': 'application/json',
        ...(session === '' ? {} : { 'x-counterfoil-session': session }),
      },
      body: JSON.stringify(input),
    });
    return { status: response.status, answer: await response.json() };
  }

  beforeEach(async () => {
    const { url, secret, end } = await opened(['--demo']);
    const { value } = (await call(url, secret, 'app.status', {})).answer;
    const [{ operatorId, pin }] = value.demoPins;
    const signedIn = await call(url, secret, 'session.signIn', { operatorId, pin });
    const { session } = signedIn.answer.value;
    const set = await call(url, secret, 'keys.setPassphrase', { pin, next: phrase }, session);
    expect(set.answer).toMatchObject({ ok: true, value: { custody: 'sealed_file' } });
    await end('SIGTERM');
  });

  it('waits for the passphrase in the window, refuses a wrong one, and opens with the right one', async () => {
    const { url, secret, child, end } = await opened();
    expect(await status(url, secret)).toMatchObject({ value: { phase: 'locked' } });
    expect(await call(url, secret, 'offers.list', {})).toMatchObject({
      status: 423,
      answer: { error: { code: 'key_locked' } },
    });
    expect(await call(url, 'not the secret', 'keys.unlock', { passphrase: phrase })).toMatchObject({
      status: 401,
    });
    const wrong = await call(url, secret, 'keys.unlock', { passphrase: 'wrong horse battery' });
    expect(wrong).toMatchObject({ status: 401, answer: { error: { code: 'passphrase_wrong' } } });
    expect(await status(url, secret)).toMatchObject({ value: { phase: 'locked' } });
    expect(await call(url, secret, 'keys.unlock', { passphrase: phrase })).toMatchObject({ status: 200 });
    expect(await status(url, secret)).toMatchObject({ value: { phase: 'ready' } });
    expect(child.exitCode).toBeNull();
    expect(await end('SIGTERM')).toMatchObject({ code: 0 });
  });

  it('opens without a person, by a file that holds the passphrase', async () => {
    const file = path.join(folder, 'phrase');
    writeFileSync(file, `${phrase}\n`, { mode: 0o600 });
    const { url, secret, end } = await opened([`--passphrase-file=${file}`]);
    expect(await status(url, secret)).toMatchObject({ value: { phase: 'ready' } });
    const { stdout, stderr } = await end('SIGTERM');
    expect(stdout + stderr).not.toContain(phrase);
  });

  it('does not open by a wrong file, or one that is not there', async () => {
    const file = path.join(folder, 'phrase');
    expect(await refusesToStart([`--passphrase-file=${file}`])).toContain('The passphrase cannot be read');
    writeFileSync(file, 'wrong horse battery');
    expect(await refusesToStart([`--passphrase-file=${file}`])).toContain('The passphrase does not open');
  });
});
