import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One request of a load: what is sent, and the status that it must be answered with. */
export type LoadCall = { readonly path: string; readonly body: unknown; readonly expect: number };

export type LeanClient = {
  /** Keeps as many calls in flight as there are connections, until all are done. @returns milliseconds of each */
  load(count: number, call: (i: number) => LoadCall): Promise<number[]>;
  close(): void;
};

/**
 * Requests of one form over connections that stay open, one in flight on each. The general clients of Node take as
 * much processor for a request as the server does, on the same cores; this one leaves them to what is measured.
 */
export async function connectLean(url: string, connections: number, key: string): Promise<LeanClient> {
  const { hostname, port } = new URL(url);
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      await once(socket, 'connect');
      return socket;
    }),
  );
  const head = `HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n`;
  return {
    async load(count, call) {
      const took: number[] = [];
      let next = 0;
      await Promise.all(
        sockets.map(async (socket) => {
          for (let i = next++; i < count; i = next++) {
            const { path, body, expect } = call(i);
            const text = JSON.stringify(body);
            const at = performance.now();
            const answer = await ask(
              socket,
              `POST ${path} ${head}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
            );
            took.push(performance.now() - at);
            if (!answer.startsWith(`HTTP/1.1 ${expect} `)) throw new Error(`${path} answered ${answer}`);
          }
        }),
      );
      return took;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: (\d+)/i;

/** The whole answer, which must say its length. */
function ask(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    let whole = Number.POSITIVE_INFINITY;
    const end = (finish: () => void) => {
      socket.off('data', take).off('error', reject).off('close', cut);
      finish();
    };
    const take = (chunk: Buffer) => {
      // A byte is a character here, so that lengths are those of the header.
      text += chunk.toString('latin1');
      const head = text.indexOf(HEAD_END);
      if (head >= 0 && whole === Number.POSITIVE_INFINITY) {
        const length = LENGTH.exec(text)?.[1];
        if (length === undefined) return end(() => reject(new Error(`an answer without a length: ${text}`)));
        whole = head + HEAD_END.length + Number(length);
      }
      if (text.length >= whole) end(() => resolve(text));
    };
    const cut = () => reject(new Error('the connection was cut'));
    socket.on('data', take).on('error', reject).on('close', cut);
    socket.write(request);
  });
}
