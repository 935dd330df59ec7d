import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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
