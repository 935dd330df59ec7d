import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { CentreRequest, CentreTransport } from '../ports.ts';

/**
 * The centre over HTTP. Not by `fetch`: what it is made of ends the process by an assertion when a server closes the
 * connection while the answer still waits to be read, as it does while the ledger keeps this thread busy.
 * A redirect is no answer: requests are signed for one address.
 */
export const fetchTransport: CentreTransport = {
  canWait: true,
  async request(request) {
    const timeout = AbortSignal.timeout(request.timeoutMs);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    const response = await answerTo(request, signal);
    return {
      status: response.statusCode ?? 0,
      headers: plainHeaders(response),
      body: await readAtMost(unpacked(response), request.maxResponseBytes),
    };
  },
};

function answerTo(
  { method, url, headers, body }: CentreRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = new URL(url).protocol === 'https:' ? requestHttps : requestHttp;
    const sent = send(url, { method, signal, headers: { ...headers } });
    // Also after the answer began: then whoever reads it hears of it as well.
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.end(body);
  });
}

function plainHeaders(response: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers))
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  return plain;
}

function unpacked(response: IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  // An error of either is the reader's.
  return pipeline(response, createGunzip(), () => {});
}

/** Counted as unpacked: a small answer may become a large one. */
async function readAtMost(stream: Readable, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    total += chunk.length;
    // Leaving the loop cancels the rest.
    if (total > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
