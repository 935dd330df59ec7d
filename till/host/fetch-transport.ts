import type { CentreTransport } from '../ports.ts';

/** The centre over HTTP by Node's own fetch. A redirect is no answer: requests are signed for one address. */
export const fetchTransport: CentreTransport = {
  canWait: true,
  async request({ method, url, headers, body, timeoutMs, maxResponseBytes, signal }) {
    const timeout = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await readAtMost(response, maxResponseBytes),
    };
  },
};

async function readAtMost(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  // Counted as unpacked: fetch undoes the compression, and a small answer may become a large one.
  for await (const chunk of response.body ?? []) {
    total += chunk.length;
    // Leaving the loop cancels the rest.
    if (total > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
