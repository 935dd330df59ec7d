import { IconListSearch, IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { go } from '../app/router.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import layout from '../ui/form.module.css';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import { useWork, WorkBar } from '../ui/work.tsx';
import classes from './settings.module.css';

type Result = OutputOf<'audit.run'>;

/** Whether anybody changed the books. */
export function AuditCard() {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const [result, setResult] = useState<Result>();
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const work = useWork();

  async function run(): Promise<void> {
    setBusy(true);
    setResult(undefined);
    const answer = await client.call('audit.run', { workId: work.begin() });
    work.end();
    setBusy(false);
    if (answer.ok) setResult(answer.value);
    setRefused(answer.ok || answer.error.code === 'cancelled' ? undefined : answer.error);
  }

  return (
    <Card title={t('audit.title')} lead={t('audit.lead')}>
      <div className={layout.dialog}>
        {refused !== undefined && <RefusalNotice refusal={refused} />}
        {result?.whole === true && (
          <Notice tone="go">
            <strong>{t('audit.whole', { events: format.number(result.events) })}</strong>{' '}
            {t('audit.counts', {
              redemptions: format.number(result.redemptions),
              voided: format.number(result.voided),
            })}
            <p className={classes.hash}>{result.hash}</p>
          </Notice>
        )}
        {result?.whole === false && (
          <Notice tone="stop">
            <strong>
              {result.seq === undefined ? t('audit.broken') : t('audit.brokenAt', { seq: result.seq })}
            </strong>{' '}
            <span lang="en">{result.what}</span>
          </Notice>
        )}
        <WorkBar work={work} label={t('audit.running')} />
        <div className={layout.actions}>
          <Action icon={<IconShieldCheck size={20} />} busy={busy} onClick={() => void run()}>
            {busy ? t('audit.running') : t('audit.run')}
          </Action>
          <Action icon={<IconListSearch size={20} />} onClick={() => go('settings', 'events')}>
            {t('audit.events')}
          </Action>
        </div>
      </div>
    </Card>
  );
}
