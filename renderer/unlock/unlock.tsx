import { PasswordInput } from '@mantine/core';
import { IconLockOpen } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_PASSPHRASE_CHARS } from '../../shared/contracts/operations/keys.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { useApp } from '../app/app-store.ts';
import { Action } from '../ui/action.tsx';
import { FormScreen } from '../ui/form-screen.tsx';
import { RefusalNotice } from '../ui/notice.tsx';

/** A till whose key a passphrase wraps: one field, then it is the till. */
export function Unlock() {
  const { t } = useTranslation();
  const client = useClient();
  const [passphrase, setPassphrase] = useState('');
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);

  async function unlock(): Promise<void> {
    setBusy(true);
    setRefused(undefined);
    const answer = await client.call('keys.unlock', { passphrase });
    const status = answer.ok ? await client.call('app.status', {}) : undefined;
    setBusy(false);
    if (!answer.ok) {
      setPassphrase('');
      setRefused(answer.error);
    } else if (status?.ok) useApp.setState({ status: status.value, fault: undefined });
  }

  return (
    <FormScreen title={t('unlock.title')} lead={t('unlock.lead')} onSubmit={unlock}>
      <PasswordInput
        label={t('unlock.passphrase')}
        value={passphrase}
        onChange={(event) => setPassphrase(event.currentTarget.value)}
        maxLength={MAX_PASSPHRASE_CHARS}
        autoComplete="current-password"
        autoFocus
        required
      />
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <Action
        type="submit"
        tone="primary"
        size="xl"
        wide
        busy={busy}
        disabled={passphrase === ''}
        icon={<IconLockOpen size={22} />}
      >
        {t('unlock.open')}
      </Action>
    </FormScreen>
  );
}
