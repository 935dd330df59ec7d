import { Select } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { useClient } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Notice } from '../ui/notice.tsx';
import { GuardedForm } from './guarded-form.tsx';

/** Which backup is to be the ledger; it becomes that at the next start. */
export function RestoreForm({ backups }: { backups: OutputOf<'backup.list'>['backups'] }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const [fileName, setFileName] = useState(backups[0]?.fileName ?? '');
  const [done, setDone] = useState(false);
  if (done) return <Notice tone="go">{t('backup.restarts')}</Notice>;
  return (
    <GuardedForm
      lead={t('backup.bringBackLead')}
      action={t('backup.bringBack')}
      ready={fileName !== ''}
      call={(pin) => client.call('backup.restore', { fileName, pin })}
      onDone={() => setDone(true)}
    >
      <Select
        label={t('backup.which')}
        value={fileName}
        onChange={(value) => setFileName(value ?? '')}
        allowDeselect={false}
        data={backups.map((backup) => ({
          value: backup.fileName,
          label: `${format.dateTime(backup.at)} (${format.bytes(backup.bytes)})`,
        }))}
      />
    </GuardedForm>
  );
}
