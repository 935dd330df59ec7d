import { type AddressInfo, createServer, type Socket } from 'node:net';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { expect, it } from 'vitest';
import { isUnavailable } from './retry.ts';

it('calls a store unavailable whose connections are all taken, or that does not answer', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const pool = new pg.Pool({ host: '127.0.0.1', port, max: 1, connectionTimeoutMillis: 50 });
  const db = drizzle(pool);
  try {
    // The first waits for an answer, the second for the first one's connection.
    const outcomes = await Promise.allSettled([db.execute('SELECT 1'), db.execute('SELECT 1')]);
    const faults = outcomes.map((one) => (one.status === 'rejected' ? one.reason : undefined));
    expect(faults.map(isUnavailable)).toEqual([true, true]);
    expect(isUnavailable(new Error('something else'))).toBe(false);
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
    await pool.end();
  }
});
