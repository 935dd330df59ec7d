import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { connect } from 'node:tls';
import type { Answer } from '../../shared/contracts/operation.ts';

/** At a counter nobody waits longer for a hub that is gone. */
const CONNECT_MS = 3_000;
const CALL_MS = 10_000;
/** The hub says every 15 seconds that it is there. */
const SILENCE_MS = 40_000;
/** A sheet of labels is the largest answer. */
const MAX_ANSWER_BYTES = 64_000_000;

/** Requests to one hub, over TLS under the one authority that was seen when the lane was attached. */
export type HubClient = {
  /** Rejects when there was no answer. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer<unknown>>;
  /** Text of the hub's pushes until the connection ends. */
  listen(onOpen: () => void, onText: (text: string) => void, signal: AbortSignal): Promise<void>;
  close(): void;
};

export function connectHub(hubUrl: string, authorityPem: string, token?: string): HubClient {
  const agent = new Agent({
    keepAlive: true,
    ca: authorityPem,
    // The authority signs nothing but this hub, and the hub's address may change.
    checkServerIdentity: () => undefined,
  });
  const authorization = token === undefined ? {} : { authorization: `Lane ${token}` };

  function send(path: string, options: RequestOptions, body?: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, hubUrl), { agent, ...options }, resolve);
      // A machine that was switched off answers nothing at all.
      sent.on('socket', (socket) => {
        if (!socket.connecting) return;
        const slow = setTimeout(() => socket.destroy(new Error('no connection')), CONNECT_MS);
        for (const event of ['secureConnect', 'close']) socket.once(event, () => clearTimeout(slow));
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The hub closed a quiet connection just now: nothing was taken from it, a new one serves.
        if (sent.reusedSocket && error.code === 'ECONNRESET') send(path, options, body).then(resolve, reject);
        else reject(error);
      });
      sent.end(body);
    });
  }

  return {
    async post(path, body, headers = {}) {
      const text = JSON.stringify(body);
      const response = await send(
        path,
        {
          method: 'POST',
          headers: {
            ...authorization,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
            ...headers,
          },
          signal: AbortSignal.timeout(CALL_MS),
        },
        text,
      );
      return JSON.parse(await readAll(response)) as Answer<unknown>;
    },
    async listen(onOpen, onText, signal) {
      const response = await send('/api/events', { headers: { ...authorization }, signal });
      if (response.statusCode !== 200) {
        response.destroy();
        throw new Error(`events answered ${response.statusCode}`);
      }
      response.socket.setTimeout(SILENCE_MS, () => response.destroy(new Error('the hub fell silent')));
      response.setEncoding('utf8');
      onOpen();
      for await (const text of response) onText(String(text));
    },
    close: () => agent.destroy(),
  };
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The authority that a stranger presents; whether it is the hub's is for the pairing code to prove. */
export function seeAuthority(hubUrl: string): Promise<X509Certificate> {
  const { hostname, port } = new URL(hubUrl);
  return new Promise((resolve, reject) => {
    const socket = connect(
      {
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port),
        rejectUnauthorized: false,
        timeout: CONNECT_MS,
      },
      () => {
        const authority = socket.getPeerX509Certificate()?.issuerCertificate;
        socket.end();
        if (authority) resolve(authority);
        else reject(new Error('it presents no authority'));
      },
    );
    socket.on('timeout', () => socket.destroy(new Error('no connection')));
    socket.on('error', reject);
  });
}
