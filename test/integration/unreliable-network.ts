import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What lies between a till and its centre. `off`: no connection. `lose_answers`: the centre gets every request and
 * commits, and the till never hears of it. `cut_bodies`: requests end in the middle.
 */
export type Weather = 'fine' | 'off' | 'lose_answers' | 'cut_bodies';

export type Network = {
  readonly url: string;
  weather: Weather;
  /** Requests that reached the centre. */
  readonly delivered: () => number;
  close(): Promise<void>;
};

export async function unreliableNetwork(centreUrl: string): Promise<Network> {
  let delivered = 0;
  const server = createServer((near, reply) => {
    if (network.weather === 'off') near.socket.destroy();
    else void forward(near, reply);
  });

  async function forward(near: IncomingMessage, reply: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of near) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    const target = new URL(near.url ?? '/', centreUrl);
    const far = send(target, { method: near.method, headers: { ...near.headers, connection: 'close' } });
    far.on('error', () => near.socket.destroy());
    if (network.weather === 'cut_bodies' && body.length > 1) {
      far.write(body.subarray(0, Math.floor(body.length / 2)), () => far.destroy(new Error('cut')));
      return;
    }
    far.on('response', (answer) => {
      delivered += 1;
      if (network.weather === 'lose_answers') {
        answer.resume();
        answer.on('end', () => near.socket.destroy());
        return;
      }
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(reply);
    });
    far.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const network: Network = {
    url: `http://127.0.0.1:${port}`,
    weather: 'fine',
    delivered: () => delivered,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return network;
}
