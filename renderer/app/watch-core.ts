import type { Client } from '../api/client.ts';
import { useApp } from './app-store.ts';

const RETRY_MS = 1_500;

/** Keeps status, sync and link in the store, from the first answer on and by pushes afterwards. */
export function watchCore(client: Client): void {
  async function readStatus(): Promise<void> {
    const answer = await client.call('app.status', {});
    if (answer.ok) useApp.setState({ status: answer.value, fault: undefined });
    else {
      useApp.setState({ fault: answer.error });
      if (answer.error.code === 'host_unreachable') setTimeout(() => void readStatus(), RETRY_MS);
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
    // Pushes may have been missed while the link was down.
    if (linked) {
      void readStatus();
      void readSync();
    }
  });
  client.onSignedOut(() => useApp.setState({ operator: undefined }));

  void readStatus();
  void readSync();
}

export async function signOut(client: Client): Promise<void> {
  // The screen locks at once; the core hears of it in its own time.
  useApp.setState({ operator: undefined, helpOpen: false });
  const call = client.call('session.signOut', {});
  client.setSession(undefined);
  await call;
}
