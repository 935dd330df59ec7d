import { useEffect } from 'react';
import { useClient } from '../api/use-client.ts';
import { usePreferences } from './preferences.ts';
import { signOut } from './watch-core.ts';

const MINUTE_MS = 60_000;

/** Locks a till that nobody touched for as long as its preferences say. */
export function useAutoLock(): void {
  const client = useClient();
  const minutes = usePreferences((preferences) => preferences.lockAfterMinutes);
  useEffect(() => {
    if (minutes === 0) return;
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void signOut(client), minutes * MINUTE_MS);
    };
    wait();
    window.addEventListener('keydown', wait, { capture: true });
    window.addEventListener('pointerdown', wait, { capture: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener('keydown', wait, { capture: true });
      window.removeEventListener('pointerdown', wait, { capture: true });
    };
  }, [client, minutes]);
}
