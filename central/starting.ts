import { createServer } from 'node:http';

/**
 * Answers 503 while the store is opened and migrated: whoever watches learns that the process lives and is not ready,
 * and a port that is taken is found before anything is changed. @returns how to free the port for the real server
 */
export async function answerStarting(host: string, port: number): Promise<() => Promise<void>> {
  const server = createServer((request, reply) => {
    const isHealth = request.url === '/healthz';
    reply.writeHead(isHealth ? 200 : 503, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      connection: 'close',
      ...(isHealth ? {} : { 'retry-after': '1' }),
    });
    reply.end(JSON.stringify({ status: 'migrating' }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
