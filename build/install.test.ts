import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

/** The bootstrap as a process, in a checkout of its own with an npm that notes how it was called. */
let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'counterfoil-bootstrap-'));
  mkdirSync(path.join(root, 'build'));
  for (const name of ['bootstrap.mjs', 'launch.mjs', 'install.mjs']) {
    cpSync(path.join(import.meta.dirname, name), path.join(root, 'build', name));
  }
  writeFileSync(path.join(root, 'build', 'start.ts'), startEntry);
  writeLock('1');
  writeFileSync(path.join(root, 'npm-cli.js'), npm);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const startEntry = `
console.log('started', ...process.argv.slice(2));
if (process.argv.includes('wait')) {
  process.on('SIGTERM', () => process.exit(7));
  setInterval(() => {}, 1_000);
} else process.exit(Number(process.argv[2] ?? 0));
`;

/** Installs the "project's own Node", and npm's record of what it installed. */
const npm = `
const fs = require('node:fs');
fs.appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n');
if (fs.existsSync('npm-fails')) process.exit(1);
fs.rmSync('node_modules', { recursive: true, force: true });
fs.mkdirSync('node_modules/node/bin', { recursive: true });
fs.symlinkSync(${JSON.stringify(process.execPath)}, 'node_modules/node/bin/node');
fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
`;

function writeLock(integrity: string): void {
  const packages = {
    '': {},
    'node_modules/a': { integrity },
    'node_modules/other-os': { integrity, optional: true },
  };
  writeFileSync(path.join(root, 'package-lock.json'), JSON.stringify({ packages }));
}

const npmCalls = () =>
  existsSync(path.join(root, 'npm-calls'))
    ? readFileSync(path.join(root, 'npm-calls'), 'utf8').trim().split('\n').length
    : 0;

function bootstrap(...args: string[]) {
  const child = spawn(process.execPath, [path.join(root, 'build', 'bootstrap.mjs'), ...args], {
    cwd: root,
    env: { ...process.env, npm_execpath: path.join(root, 'npm-cli.js') },
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
  return { child, ended, output: () => output };
}

it('installs once, and again only when the lock file changed', async () => {
  expect(await bootstrap('start', '0', 'hello').ended).toMatchObject({
    code: 0,
    output: expect.stringContaining('started 0 hello'),
  });
  await bootstrap('start').ended;
  expect(npmCalls()).toBe(1);
  writeLock('2');
  await bootstrap('start').ended;
  expect(npmCalls()).toBe(2);
});

it('takes what npm installed by hand for installed', async () => {
  await bootstrap('start').ended;
  rmSync(path.join(root, 'node_modules', '.counterfoil-lock'));
  await bootstrap('start').ended;
  expect(npmCalls()).toBe(1);
});

it('repairs an install that was cut off', async () => {
  await bootstrap('start').ended;
  rmSync(path.join(root, 'node_modules', '.counterfoil-lock'));
  rmSync(path.join(root, 'node_modules', '.package-lock.json'));
  expect((await bootstrap('start').ended).code).toBe(0);
  expect(npmCalls()).toBe(2);
});

it('says that npm failed, and tries again the next time', async () => {
  writeFileSync(path.join(root, 'npm-fails'), '');
  const failed = await bootstrap('start').ended;
  expect(failed.code).toBe(1);
  expect(failed.output).toContain('npm ci failed (exit 1)');
  expect(failed.output).not.toContain('started');
  rmSync(path.join(root, 'npm-fails'));
  expect((await bootstrap('start').ended).code).toBe(0);
});

it('lets one of two commands install while the other waits', async () => {
  const both = await Promise.all([bootstrap('start').ended, bootstrap('start').ended]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(npmCalls()).toBe(1);
});

it('takes over from an installer that died', async () => {
  mkdirSync(path.join(root, 'dist'));
  // No process has this number: Linux ends at 2^22.
  writeFileSync(path.join(root, 'dist', '.installing'), '99999999');
  expect((await bootstrap('start').ended).code).toBe(0);
});

it('passes on exit codes and signals', async () => {
  expect((await bootstrap('start', '3').ended).code).toBe(3);
  const waiting = bootstrap('start', 'wait');
  await expect.poll(waiting.output).toContain('started');
  waiting.child.kill('SIGTERM');
  expect((await waiting.ended).code).toBe(7);
});

it('names the commands that there are', async () => {
  const { code, output } = await bootstrap('strat').ended;
  expect(code).toBe(2);
  expect(output).toContain('There is no command "strat". Commands: start, test');
  expect(npmCalls()).toBe(0);
});
