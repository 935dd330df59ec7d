import { useState } from 'react';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { useApp } from '../app/app-store.ts';
import { usePreferences } from '../app/preferences.ts';
import { PIN_DIGITS } from '../ui/pin-pad.tsx';
import { sounds } from '../ui/sound.ts';

/** Somebody's PIN, digit by digit; the sixth signs them in. Whoever was signed in before is signed out then. */
export function usePinSignIn(operatorId: string | undefined, onSignedIn?: () => void) {
  const client = useClient();
  const sound = usePreferences((preferences) => preferences.sound);
  const [pin, setPin] = useState('');
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);

  async function signIn(id: string, entered: string): Promise<void> {
    setBusy(true);
    const answer = await client.call('session.signIn', { operatorId: id, pin: entered });
    setBusy(false);
    setPin('');
    if (!answer.ok) {
      setRefused(answer.error);
      if (sound) sounds.refused();
      return;
    }
    if (useApp.getState().operator !== undefined) void client.call('session.signOut', {});
    client.setSession(answer.value.session);
    useApp.setState({ operator: answer.value.operator });
    onSignedIn?.();
  }

  return {
    pin,
    refused,
    busy,
    reset() {
      setPin('');
      setRefused(undefined);
    },
    enter(entered: string) {
      if (operatorId === undefined || busy) return;
      setRefused(undefined);
      setPin(entered);
      if (entered.length === PIN_DIGITS) void signIn(operatorId, entered);
    },
  };
}
