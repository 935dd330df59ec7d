import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from './config.ts';

const MAIN = path.join(import.meta.dirname, 'main.ts');
const START_MS = 90_000;

type Program = {
  child: ChildProcess;
  output: () => string;
  url: () => Promise<string>;
  ended: Promise<number | null>;
};

describe('npm run central', () => {
  let data: string;
  const programs: Program[] = [];
  beforeEach(() => {
    data = mkdtempSync(path.join(tmpdir(), 'counterfoil-central-'));
  });
  afterEach(async () => {
    for (const program of programs.splice(0)) {
      program.child.kill('SIGKILL');
      await program.ended;
    }
    rmSync(data, { recursive: true, force: true });
  });

  function start(
    args: string[] = ['--port', '0', '--data', data],
    env: Record<string, string> = {},
  ): Program {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    const ended = once(child, 'close').then(([code]) => code as number | null);
    const program: Program = {
      child,
      output: () => text,
      ended,
      async url() {
        const until = Date.now() + START_MS;
        while (Date.now() < until) {
          const match = /Counterfoil centre \S+ on (http:\S+)/.exec(text);
          if (match?.[1] !== undefined) return match[1];
          if (child.exitCode !== null) break;
          await new Promise((resume) => setTimeout(resume, 20));
        }
        throw new Error(`not started: ${text}`);
      },
    };
    programs.push(program);
    return program;
  }

  async function failing(args?: string[], env?: Record<string, string>): Promise<string> {
    const program = start(args, env);
    expect(await program.ended).toBe(1);
    const lines = program.output().trim().split('\n');
    expect(lines).toHaveLength(1);
    return lines[0] ?? '';
  }

  it('starts from nothing, says what its storage survives, and hands out its admin key in a file', async () => {
    const file = path.join(data, 'admin-key.txt');
    writeFileSync(file, 'of a store that is gone', { mode: 0o644 });
    const program = start();
    const url = await program.url();
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({
      status: 'ok',
      store: 'pglite',
      serverEpoch: 1,
    });
    expect(program.output()).toContain('makes no fsync');
    expect(program.output()).toContain(`Admin API key written to ${file}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const key = readFileSync(file, 'utf8').trim();
    expect(program.output()).not.toContain(key);
    const answer = await fetch(`${url}/api/offers`, { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(200);
    const openapi = (await (await fetch(`${url}/openapi.json`)).json()) as { openapi: string; paths: object };
    const page = await fetch(url);
    expect(page.url).toBe(`${url}/docs`);
    expect(await page.text()).toContain('<title>Counterfoil centre</title>');
    expect(openapi.openapi).toBe('3.1.0');
    expect(Object.keys(openapi.paths)).toContain('/api/coupon/validate');
  }, 60_000);

  it('logs neither codes nor keys', async () => {
    const program = start();
    const url = await program.url();
    const key = readFileSync(path.join(data, 'admin-key.txt'), 'utf8').trim();
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const post = (target: string, body: object) =>
      fetch(url + target, { method: 'POST', headers, body: JSON.stringify(body) });
    await post('/api/coupons', { code: 'CANARY77', discount_value: 10 });
    await post('/api/coupon/validate', { code: 'CANARY77', email: 'canary@example.com' });
    await post('/api/coupon/validate', { code: 'CANARY88' });
    await fetch(`${url}/api/coupons?search=CANARY77`, { headers });
    expect(program.output()).toContain('/api/coupon/validate');
    expect(program.output()).not.toMatch(/canary/i);
    expect(program.output()).not.toContain(key);
  }, 60_000);

  it('keeps its data and epoch over a shutdown, and opens a new epoch after being killed', async () => {
    const health = async (program: Program) =>
      (await (await fetch(`${await program.url()}/healthz`)).json()) as { serverEpoch: number };
    const first = start();
    const key = { COUNTERFOIL_ADMIN_KEY: 'an-admin-key-of-the-test-0123' };
    await health(first);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    const second = start(undefined, key);
    expect((await health(second)).serverEpoch).toBe(1);
    const made = await fetch(`${await second.url()}/api/coupons`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.COUNTERFOIL_ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code: 'KEPT', discount_value: 10 }),
    });
    expect(made.status).toBe(201);
    second.child.kill('SIGKILL');
    await second.ended;
    const third = start(undefined, key);
    expect((await health(third)).serverEpoch).toBeGreaterThan(1);
    expect(third.output()).toContain('was not shut down: server epoch');
    const validated = await fetch(`${await third.url()}/api/coupon/validate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: 'kept' }),
    });
    expect(validated.status).toBe(200);
  }, 90_000);

  it('says how it is used', async () => {
    const program = start(['--help']);
    expect(await program.ended).toBe(0);
    expect(program.output()).toMatch(/--port N[\s\S]*DATABASE_URL|DATABASE_URL[\s\S]*--port N/);
    for (const name of Object.keys(configSchema.shape)) expect(program.output()).toContain(`  ${name} `);
  });

  it('says in one line why it cannot start', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect(await failing(['--port', String(port), '--data', data])).toContain(
      `port ${port} on 127.0.0.1 is in use`,
    );
    await new Promise((resolve) => server.close(resolve));

    const file = path.join(data, 'file');
    writeFileSync(file, '');
    expect(await failing(['--port', '0', '--data', path.join(file, 'below')])).toContain('cannot be written');
    expect(await failing(['--port', 'http'])).toContain('the option port is not usable');
    expect(await failing(['--prot', '1'])).toContain('known: --port, --data');
    expect(await failing(undefined, { COUNTERFOIL_CURRENCY: 'euro' })).toContain('the option currency');
    const database = 'postgresql://user:secret@127.0.0.1:1/none';
    const message = await failing(undefined, { DATABASE_URL: database });
    expect(message).toContain('DATABASE_URL cannot be opened');
    expect(message).not.toContain('secret');
  }, 90_000);

  it('leaves a data directory alone that another centre uses', async () => {
    await start().url();
    expect(await failing()).toContain('is in use by process');
  }, 60_000);

  it.skipIf(process.getuid?.() === 0)('says when the directory may not be written', async () => {
    chmodSync(data, 0o500);
    expect(await failing()).toContain('cannot be written');
  });
});
