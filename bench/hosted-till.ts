import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from '@playwright/test';
import type { Answer } from '../shared/contracts/operation.ts';
import type { InputOf, OperationName, OutputOf } from '../shared/contracts/operations.ts';
import type { OpenTill } from '../test/e2e/till.ts';
import { openWebTill } from '../test/e2e/till-on-web.ts';

/** The web host as it ships, and a window of Chromium on it. */
export function openDemoTill(browser: Browser, folder: string): Promise<OpenTill> {
  const place = { folder, dataDir: path.join(folder, 'till'), demo: true };
  const viewport = { width: 1024, height: 768 };
  return openWebTill(place, browser, { viewport, locale: 'en-GB', reducedMotion: 'reduce' });
}

export type Call = <N extends OperationName>(
  name: N,
  input: InputOf<N>,
  session?: string,
) => Promise<OutputOf<N>>;

/** The host's own door, as its window uses it. */
export function callerOf({ url = '' }: OpenTill): Call {
  const { origin, hash } = new URL(url);
  const secret = decodeURIComponent(hash.replace('#secret=', ''));
  return async (name, input, session) => {
    const response = await fetch(`${origin}/api/op/${name}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${secret}`,
        'content-type': 'application/json',
        ...(session === undefined ? {} : { 'x-counterfoil-session': session }),
      },
      body: JSON.stringify(input),
    });
    // Both ends are built from one procedure map.
    const answer = (await response.json()) as Answer<OutputOf<typeof name>>;
    if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(answer.error)}`);
    return answer.value;
  };
}

/** @returns the session of the demo location's manager */
export async function managerSession(call: Call): Promise<string> {
  const status = await call('app.status', {});
  if (status.phase !== 'ready') throw new Error('the demo location is not ready');
  const manager = status.operators.find(({ role }) => role === 'manager');
  const pin = status.demoPins?.find(({ operatorId }) => operatorId === manager?.id)?.pin ?? '';
  const { session } = await call('session.signIn', { operatorId: manager?.id ?? '', pin });
  return session;
}

/** The most memory that the host has had since it started, in MB; `undefined` where the system does not say. */
export function peakMemoryMb({ program }: OpenTill): number | undefined {
  try {
    const status = readFileSync(`/proc/${program.pid}/status`, 'utf8');
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(status) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024;
  } catch {
    return undefined;
  }
}
