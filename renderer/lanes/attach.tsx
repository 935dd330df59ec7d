import { TextInput } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { useApp } from '../app/app-store.ts';
import { Action } from '../ui/action.tsx';
import { FormScreen } from '../ui/form-screen.tsx';
import { RefusalNotice } from '../ui/notice.tsx';

/** A till without a ledger of its own: it becomes a lane of the hub that shows the code. */
export function Attach({ asksForHub, hubUrl: before = '' }: { asksForHub: boolean; hubUrl?: string }) {
  const { t } = useTranslation();
  const client = useClient();
  const [hubUrl, setHubUrl] = useState(before);
  const [code, setCode] = useState('');
  const [tillName, setTillName] = useState('');
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);

  async function attach(): Promise<void> {
    setBusy(true);
    setRefused(undefined);
    const answer = await client.call('lane.pair', {
      code,
      tillName: tillName.trim(),
      ...(asksForHub ? { hubUrl } : {}),
    });
    const status = answer.ok ? await client.call('app.status', {}) : undefined;
    setBusy(false);
    if (!answer.ok) setRefused(answer.error);
    else if (status?.ok) useApp.setState({ status: status.value, fault: undefined });
  }

  return (
    <FormScreen title={t('lanes.attach.title')} lead={t('lanes.attach.lead')} onSubmit={attach}>
      {asksForHub && (
        <TextInput
          label={t('lanes.attach.hub')}
          description={t('lanes.attach.hubHint')}
          placeholder="192.168.1.5"
          value={hubUrl}
          onChange={(event) => setHubUrl(event.currentTarget.value)}
          maxLength={300}
          autoComplete="off"
          required
        />
      )}
      <TextInput
        label={t('lanes.attach.code')}
        placeholder="ABCDE-12345"
        value={code}
        onChange={(event) => setCode(event.currentTarget.value.toUpperCase())}
        maxLength={20}
        autoComplete="off"
        spellCheck={false}
        required
      />
      <TextInput
        label={t('setup.shop.till')}
        description={t('lanes.attach.nameHint')}
        placeholder={t('lanes.attach.namePlaceholder')}
        value={tillName}
        onChange={(event) => setTillName(event.currentTarget.value)}
        maxLength={120}
        autoComplete="off"
        required
      />
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <Action type="submit" tone="primary" size="xl" wide busy={busy} icon={<IconPlugConnected size={22} />}>
        {t('lanes.attach.action')}
      </Action>
    </FormScreen>
  );
}
