import { TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { useApp, useLocation } from '../app/app-store.ts';
import { Action } from '../ui/action.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import classes from './enrol-form.module.css';
import { withScheme } from './with-scheme.ts';

/** Joins the location to a centre, once, with the code that the centre gave for it. */
export function EnrolForm() {
  const { t } = useTranslation();
  const client = useClient();
  const location = useLocation();
  const sync = useApp((app) => app.sync);
  const [centreUrl, setCentreUrl] = useState('');
  const [enrolmentCode, setEnrolmentCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal>();

  if (sync?.mode === 'enrolled') {
    return <Notice tone="go">{t('sync.enrolled', { centre: sync.centreUrl ?? '' })}</Notice>;
  }
  if (location.demo) return <Notice tone="info">{t('sync.demo')}</Notice>;

  async function enrol(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setRefused(undefined);
    const answer = await client.call('sync.enrol', {
      centreUrl: withScheme(centreUrl),
      enrolmentCode: enrolmentCode.trim(),
    });
    setBusy(false);
    if (answer.ok) useApp.setState({ sync: answer.value });
    else setRefused(answer.error);
  }

  return (
    <form className={classes.form} onSubmit={(event) => void enrol(event)}>
      <TextInput
        label={t('sync.centreUrl')}
        description={t('sync.centreUrlHint')}
        placeholder="centre.example.com"
        inputMode="url"
        value={centreUrl}
        onChange={(event) => setCentreUrl(event.currentTarget.value)}
        required
        autoComplete="off"
      />
      <TextInput
        label={t('sync.enrolmentCode')}
        description={t('sync.enrolmentCodeHint')}
        value={enrolmentCode}
        onChange={(event) => setEnrolmentCode(event.currentTarget.value)}
        minLength={8}
        maxLength={64}
        required
        autoComplete="off"
      />
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <div>
        <Action type="submit" tone="primary" size="xl" busy={busy}>
          {t('sync.enrol')}
        </Action>
      </div>
    </form>
  );
}
