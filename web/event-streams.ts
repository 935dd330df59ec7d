import type { ServerResponse } from 'node:http';
import type { Push } from '../shared/contracts/pushes.ts';

/** Server-sent events to every open window. */
export type EventStreams = {
  /** False: too many are open. */
  add(response: ServerResponse, headers: Readonly<Record<string, string>>): boolean;
  send(push: Push): void;
  closeAll(): void;
};

const MAX_STREAMS = 32;
/** So that a window notices a host that vanished, and a proxy does not cut a quiet line. */
const KEEP_ALIVE_MS = 15_000;
/** A window that reads nothing is let go; it asks for everything anew when it connects again. */
const MAX_UNREAD_BYTES = 1_000_000;

export function createEventStreams(): EventStreams {
  const streams = new Set<ServerResponse>();
  let keepAlive: NodeJS.Timeout | undefined;

  function drop(response: ServerResponse): void {
    streams.delete(response);
    response.destroy();
    if (streams.size === 0) {
      clearInterval(keepAlive);
      keepAlive = undefined;
    }
  }

  function write(text: string): void {
    for (const response of streams) {
      response.write(text);
      if (response.writableLength > MAX_UNREAD_BYTES) drop(response);
    }
  }

  return {
    add(response, headers) {
      if (streams.size >= MAX_STREAMS) return false;
      response.writeHead(200, {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
      });
      response.write(': open\n\n');
      streams.add(response);
      keepAlive ??= setInterval(() => write(': still here\n\n'), KEEP_ALIVE_MS);
      response.on('close', () => drop(response));
      return true;
    },
    send: (push) => write(`data: ${JSON.stringify(push)}\n\n`),
    closeAll() {
      for (const response of streams) drop(response);
    },
  };
}
