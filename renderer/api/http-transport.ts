import { createEventReader } from '../../shared/contracts/event-stream.ts';
import type { Answer } from '../../shared/contracts/operation.ts';
import type { Push } from '../../shared/contracts/pushes.ts';
import { fileOfBase64 } from '../ui/base64.ts';
import { type SavedFile, type Transport, unreachable } from './transport.ts';

const SECRET_KEY = 'counterfoil.secret';
const RECONNECT_MS = [250, 500, 1_000, 2_000, 5_000];

/**
 * The launch address carries the secret in its fragment, which never reaches a server or its log. It is taken out of
 * the address bar at once and kept for this window only.
 */
export function takeLaunchSecret(location: Location, storage: Storage): string {
  const given = /^#secret=([^&]+)$/.exec(location.hash)?.[1];
  if (given !== undefined) {
    storage.setItem(SECRET_KEY, decodeURIComponent(given));
    history.replaceState(null, '', location.pathname + location.search);
  }
  return storage.getItem(SECRET_KEY) ?? '';
}

export function httpTransport(secret: string): Transport {
  const authorization = `Bearer ${secret}`;

  async function call(name: string, input: unknown, session: string | undefined): Promise<Answer<unknown>> {
    const headers: Record<string, string> = { authorization, 'content-type': 'application/json' };
    if (session !== undefined) headers['x-counterfoil-session'] = session;
    try {
      const response = await fetch(`/api/op/${name}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(input),
        cache: 'no-store',
      });
      // The host is on this machine and built from the same procedure map: its answers are trusted as typed.
      return (await response.json()) as Answer<unknown>;
    } catch {
      return unreachable();
    }
  }

  function listen(onPush: (push: Push) => void, onLink: (up: boolean) => void): () => void {
    const stop = new AbortController();
    let failures = 0;

    async function readOnce(): Promise<void> {
      const response = await fetch('/api/events', {
        headers: { authorization, accept: 'text/event-stream' },
        cache: 'no-store',
        signal: stop.signal,
      });
      if (!response.ok || response.body === null) throw new Error(`events answered ${response.status}`);
      failures = 0;
      onLink(true);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const events = createEventReader((data) => onPush(JSON.parse(data) as Push));
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        events.push(value);
      }
    }

    async function run(): Promise<void> {
      while (!stop.signal.aborted) {
        await readOnce().catch(() => undefined);
        if (stop.signal.aborted) return;
        onLink(false);
        const wait = RECONNECT_MS[Math.min(failures, RECONNECT_MS.length - 1)];
        failures += 1;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }

    void run();
    return () => stop.abort();
  }

  return {
    host: 'web',
    call,
    listen,
    async saveFile(file) {
      await openInBrowser(file);
      return { ok: true, value: { saved: true } };
    },
  };
}

/** Hands a file to the browser as a download; the object URL lives until the browser has taken it. */
async function openInBrowser(file: SavedFile): Promise<void> {
  const url = URL.createObjectURL(await fileOfBase64(file.base64, file.mime));
  const link = document.createElement('a');
  link.href = url;
  link.download = file.fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
