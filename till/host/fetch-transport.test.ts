import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fetchTransport } from './fetch-transport.ts';

let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    if (request.url === '/slow') return;
    if (request.url === '/moved') {
      response.writeHead(307, { location: '/echo' }).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.writeHead(202, { 'X-Method': request.method ?? '' }).end(Buffer.concat(chunks));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const post = { method: 'POST', headers: {}, timeoutMs: 5_000, maxResponseBytes: 8 } as const;
const bytes = (text: string) => new TextEncoder().encode(text);

it('carries a request there and any answer back', async () => {
  const answer = await fetchTransport.request({ ...post, url: `${origin}/echo`, body: bytes('12345678') });
  expect(answer.status).toBe(202);
  expect(answer.headers['x-method']).toBe('POST');
  expect(Buffer.from(answer.body).toString()).toBe('12345678');
});

it('does not follow a redirect with a signed request', async () => {
  expect((await fetchTransport.request({ ...post, url: `${origin}/moved` })).status).toBe(307);
});

it('rejects an answer above the bound, one that never comes, and a port where nobody listens', async () => {
  await expect(
    fetchTransport.request({ ...post, url: `${origin}/echo`, body: bytes('123456789') }),
  ).rejects.toThrow('more than 8 bytes');
  await expect(fetchTransport.request({ ...post, url: `${origin}/slow`, timeoutMs: 50 })).rejects.toThrow();
  await expect(fetchTransport.request({ ...post, url: 'http://127.0.0.1:9/' })).rejects.toThrow();
});

it('outlives a server that ends the connection while this thread is busy', async () => {
  const big = randomBytes(3_000_000);
  const closing = createServer((_request, response) => {
    response.writeHead(200, { connection: 'close', 'content-encoding': 'gzip' }).end(gzipSync(big));
  });
  await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
  const { port } = closing.address() as AddressInfo;
  const wanted = fetchTransport.request({
    ...post,
    method: 'GET',
    url: `http://127.0.0.1:${port}/`,
    maxResponseBytes: big.length,
  });
  for (let i = 0; i < 20; i++) {
    const end = performance.now() + 20;
    while (performance.now() < end);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(Buffer.compare((await wanted).body, big)).toBe(0);
  await expect(
    fetchTransport.request({
      ...post,
      method: 'GET',
      url: `http://127.0.0.1:${port}/`,
      maxResponseBytes: 2_000_000,
    }),
  ).rejects.toThrow('more than 2000000 bytes');
  closing.close();
});
