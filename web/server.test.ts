import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Push } from '../shared/contracts/pushes.ts';
import { refusal } from '../shared/contracts/refusal.ts';
import type { Core } from '../till/core.ts';
import { loadPage } from '../till/host/page.ts';
import type { Logger } from '../till/ports.ts';
import { systemRandom } from '../till/system-ports.ts';
import { windowAccess } from './access.ts';
import { startWebServer, type WebServer } from './server.ts';

const secret = 'the-secret-of-this-launch';
const authorization = `Bearer ${secret}`;
const access = (port: number) => windowAccess(secret, port);
const logged: string[] = [];
const logger: Logger = { info() {}, warn() {}, error: (message) => logged.push(message) };

/** Answers what it was asked, so that the tests see what reached it. */
const listeners = new Set<(push: Push) => void>();
const core: Core = {
  async call(name, input, caller) {
    if (name === 'offers.get') return { ok: false, error: refusal('not_found') };
    return { ok: true, value: { name, input, caller } };
  },
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  async close() {},
};

let folder: string;
let server: WebServer;
let origin: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-web-'));
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Counterfoil</title>');
  writeFileSync(path.join(folder, 'app.js'), 'start()');
  const page = loadPage(folder, systemRandom);
  server = await startWebServer({ page, access, host: '127.0.0.1', port: 0, logger });
  server.serve(core);
  origin = `http://127.0.0.1:${server.port}`;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

type Sent = { method?: string; headers?: Record<string, string>; body?: string };

/** Unlike fetch, sends any Host and Origin. */
function send(target: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const request = httpRequest(`${origin}${target}`, { method, headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      });
      request.on('error', reject);
      request.end(body);
    },
  );
}

const call = (name: string, sent: Sent = {}) =>
  send(`/api/op/${name}`, {
    method: 'POST',
    body: '{}',
    ...sent,
    headers: { 'content-type': 'application/json', authorization, ...sent.headers },
  });

describe('the page', () => {
  it('comes without the secret, holds none, and states its policy', async () => {
    const answer = await send('/');
    expect(answer.status).toBe(200);
    expect(answer.body).not.toContain(secret);
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  it('is not sent again when the browser has it', async () => {
    const first = await send('/app.js');
    const again = await send('/app.js', { headers: { 'if-none-match': String(first.headers.etag) } });
    expect([first.status, again.status, again.body]).toEqual([200, 304, '']);
  });

  it.each(['/../package.json', '/..%2fpackage.json', '/%2e%2e/package.json', '/nothing.js', '/api'])(
    'has nothing at %s',
    async (target) => {
      expect((await send(target, { headers: { authorization } })).status).toBe(404);
    },
  );

  it('is refused to a name that only resolves to this machine, and to other ports', async () => {
    for (const host of ['shop.example', `shop.example:${server.port}`, '127.0.0.1', '127.0.0.1:1']) {
      expect((await send('/', { headers: { host } })).status).toBe(403);
    }
    expect((await send('/', { headers: { host: `localhost:${server.port}` } })).status).toBe(200);
  });
});

describe('an operation', () => {
  it('reaches the core with its input and session', async () => {
    const answer = await call('offers.list', {
      body: '{"limit":5}',
      headers: { 'x-counterfoil-session': 's-1', origin, 'sec-fetch-site': 'same-origin' },
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({
      ok: true,
      value: {
        name: 'offers.list',
        input: { limit: 5 },
        caller: { session: 's-1', from: { kind: 'window' } },
      },
    });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('answers a refusal as a problem with the status of its code', async () => {
    const answer = await call('offers.get');
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
      status: 404,
      code: 'not_found',
    });
  });

  it.each([
    ['no secret', { authorization: '' }, 401, 'key_invalid'],
    ['another secret', { authorization: 'Bearer x' }, 401, 'key_invalid'],
    ['another page', { origin: 'https://shop.example' }, 403, 'forbidden'],
    ['a page without origin', { origin: 'null' }, 403, 'forbidden'],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403, 'forbidden'],
    ['another host name', { host: 'shop.example' }, 403, 'forbidden'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    ['plain text', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['an overlong session', { 'x-counterfoil-session': 's'.repeat(300) }, 401, 'not_signed_in'],
  ])('is refused to %s', async (_who, headers, status, code) => {
    const answer = await call('offers.list', { headers });
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, code]);
  });

  it.each([
    '/%61pi/op/offers.list',
    '/api%2fop/offers.list',
    '//api/op/offers.list',
    '/API/op/offers.list',
    'absolute',
  ])('is refused without the secret however its address is written: %s', async (target) => {
    const sent = target === 'absolute' ? `${origin}/api/op/offers.list` : target;
    const status = await new Promise<number>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write(
          `POST ${sent} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
        ),
      );
      socket.once('data', (data) => resolve(Number(/^HTTP\/1.1 (\d+)/.exec(String(data))?.[1])));
      socket.on('error', reject);
    });
    expect([401, 404]).toContain(status);
  });

  it('is refused without any authorization', async () => {
    const answer = await send('/api/op/offers.list', { method: 'POST' });
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([401, 'key_required']);
  });

  it.each([
    ['{', 422, 'invalid_input'],
    ['', 422, 'invalid_input'],
    ['{"__proto__":{"admin":true}}', 422, 'invalid_input'],
    [JSON.stringify('x'.repeat(1_048_576)), 413, 'payload_too_large'],
  ])('refuses a body that is none (%#)', async (body, status, code) => {
    const answer = await call('offers.list', { body });
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, code]);
  });

  it('lives at POST alone', async () => {
    expect((await send('/api/op/offers.list', { headers: { authorization } })).status).toBe(404);
    expect((await call('offers.list/more')).status).toBe(404);
  });

  it('survives bytes that are not HTTP', async () => {
    await new Promise<void>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write('\0\u0001\u0002 nonsense\r\n\r\n'));
      socket.on('close', () => resolve());
      socket.on('error', reject);
      socket.resume();
    });
    expect((await call('offers.list')).status).toBe(200);
    expect(logged).toEqual([]);
  });
});

describe('events', () => {
  it('carry pushes to whoever knows the secret', async () => {
    expect((await send('/api/events')).status).toBe(401);
    const stop = new AbortController();
    const response = await fetch(`${origin}/api/events`, { headers: { authorization }, signal: stop.signal });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const text = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await text?.read())?.value).toBe(': open\n\n');
    for (const listener of listeners) listener({ topic: 'catalogue.changed' });
    expect((await text?.read())?.value).toBe('data: {"topic":"catalogue.changed"}\n\n');
    stop.abort();
  });
});

it('says which port is taken', async () => {
  const page = loadPage(folder, systemRandom);
  await expect(
    startWebServer({ page, access, host: '127.0.0.1', port: server.port, logger }),
  ).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});
