import type { Refusal } from '../../shared/contracts/refusal.ts';
import type { Client } from '../api/client.ts';
import { useApp } from './app-store.ts';

const RETRY_MS = 1_500;

/** Keeps status, sync and link in the store, from the first answer on and by pushes afterwards. */
export function watchCore(client: Client): void {
  let retry: ReturnType<typeof setTimeout> | undefined;

  async function readStatus(): Promise<void> {
    clearTimeout(retry);
    const answer = await client.call('app.status', {});
    if (answer.ok) useApp.setState({ status: answer.value, fault: undefined });
    else {
      useApp.setState({ fault: answer.error });
      if (!isGone(answer.error.code)) return;
      clearTimeout(retry);
      retry = setTimeout(() => void readStatus(), RETRY_MS);
    }
  }

  async function readSync(): Promise<void> {
    const answer = await client.call('sync.status', {});
    if (answer.ok) useApp.setState({ sync: answer.value });
  }

  client.onPush((push) => {
    if (push.topic === 'sync.changed') useApp.setState({ sync: push.status });
    if (push.topic === 'app.changed') void readStatus();
  });
  client.onLink((linked) => {
    useApp.setState({ linked });
    // Pushes may have been missed while the link was down; a lane that was detached hears of it by losing the link.
    void readStatus();
    if (linked) void readSync();
  });
  client.onSignedOut(() => useApp.setState({ operator: undefined }));

  void readStatus();
  void readSync();
}

/** It comes back by itself, or is started again: what is on the screen stays. */
export function isGone(code: Refusal['code']): boolean {
  return code === 'host_unreachable' || code === 'hub_unreachable';
}

export async function signOut(client: Client): Promise<void> {
  // The screen locks at once; the core hears of it in its own time.
  useApp.setState({ operator: undefined, helpOpen: false });
  const call = client.call('session.signOut', {});
  client.setSession(undefined);
  await call;
}
