import { Select } from '@mantine/core';
import { IconDeviceFloppy, IconFileSpreadsheet, IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { useLocation } from '../app/app-store.ts';
import { dayOf } from '../i18n/format.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { DayField } from '../ui/day-field.tsx';
import { isDay } from '../ui/day-text.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import { useWork, WorkBar } from '../ui/work.tsx';
import classes from './custody.module.css';
import { RestoreForm } from './restore-form.tsx';

/** The backups stand beside the folder of the ledger. */
const BESIDE = /-backups$/;
const keepChoices = [3, 7, 14, 30, 90, 366];

/** Copies of the ledger for bad days: the newest one, how many are kept, where, and how one comes back. */
export function BackupCard({ mayRestore }: { mayRestore: boolean }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const { demo } = useLocation();
  const { data, error, reload } = useQuery('backup.list', {});
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [restoring, setRestoring] = useState(false);
  const [refused, setRefused] = useState<Refusal>();
  const newest = data?.backups[0];
  const bytes = data?.backups.reduce((sum, backup) => sum + backup.bytes, 0) ?? 0;

  async function backUp(): Promise<void> {
    setBusy(true);
    setDone(false);
    setRefused(undefined);
    const answer = await client.call('backup.now', {});
    setBusy(false);
    setDone(answer.ok);
    if (!answer.ok) setRefused(answer.error);
    reload();
  }

  async function keep(kept: number): Promise<void> {
    const answer = await client.call('backup.keep', { kept });
    setRefused(answer.ok ? undefined : answer.error);
    reload();
  }

  return (
    <Card title={t('backup.title')} lead={t('backup.lead')}>
      {error !== undefined && <RefusalNotice refusal={error} />}
      {data?.failure !== undefined && <Notice tone="warn">{t('backup.failed')}</Notice>}
      <dl className={classes.facts}>
        <div>
          <dt>{t('backup.last')}</dt>
          <dd>{newest === undefined ? t('backup.never') : format.dateTime(newest.at)}</dd>
        </div>
        <div>
          <dt>{t('backup.kept')}</dt>
          <dd>{t('backup.count', { count: data?.backups.length ?? 0, size: format.bytes(bytes) })}</dd>
        </div>
        <div>
          <dt>{t('backup.keep')}</dt>
          <dd>
            <Select
              aria-label={t('backup.keep')}
              value={String(data?.kept ?? '')}
              onChange={(value) => void keep(Number(value))}
              data={[...new Set([...keepChoices, data?.kept ?? keepChoices[0] ?? 1])]
                .sort((a, b) => a - b)
                .map((count) => ({ value: String(count), label: t('backup.keepCount', { count }) }))}
            />
          </dd>
        </div>
        <div>
          <dt>{t('backup.where')}</dt>
          <dd className={classes.path}>{data?.folder}</dd>
        </div>
      </dl>
      <div className={classes.stack}>
        {demo && <p className={classes.quiet}>{t('backup.demo')}</p>}
        {done && <Notice tone="go">{t('backup.done')}</Notice>}
        {refused !== undefined && <RefusalNotice refusal={refused} />}
        <Action size="l" icon={<IconDeviceFloppy size={20} />} busy={busy} onClick={() => void backUp()}>
          {t('backup.now')}
        </Action>
        {mayRestore && newest !== undefined && (
          <Action icon={<IconHistory size={20} />} onClick={() => setRestoring(true)}>
            {t('backup.bringBack')}
          </Action>
        )}
        <details className={classes.quiet}>
          <summary className={classes.summary}>{t('backup.restoreElsewhere')}</summary>
          <p>{t('backup.restore')}</p>
          <code className={classes.command}>
            npm run restore -- --data {data?.folder.replace(BESIDE, '')} --backup {data?.folder}/
            {newest?.fileName ?? 'FILE'}
          </code>
          <p>{t('backup.restoreAfter')}</p>
        </details>
      </div>
      <Dialog open={restoring} onClose={() => setRestoring(false)} title={t('backup.bringBack')}>
        <RestoreForm backups={data?.backups ?? []} />
      </Dialog>
    </Card>
  );
}

/** Redemptions of some days as a file for accountants. */
export function HistoryCard() {
  const { t } = useTranslation();
  const client = useClient();
  const { timeZone } = useLocation();
  const today = dayOf(Date.now(), timeZone);
  const [firstDay, setFirstDay] = useState(`${today.slice(0, 8)}01`);
  const [lastDay, setLastDay] = useState(today);
  const [busy, setBusy] = useState(false);
  const [rows, setRows] = useState<number>();
  const work = useWork();
  const [refused, setRefused] = useState<Refusal>();

  async function save(): Promise<void> {
    setBusy(true);
    setRows(undefined);
    setRefused(undefined);
    const answer = await client.call('history.export', { firstDay, lastDay, workId: work.begin() });
    work.end();
    const kept = answer.ok ? await client.saveFile(answer.value) : answer;
    setBusy(false);
    if (!kept.ok) setRefused(kept.error.code === 'cancelled' ? undefined : kept.error);
    else if (answer.ok && kept.value.saved) setRows(answer.value.rows);
  }

  return (
    <Card title={t('backup.history')} lead={t('backup.historyLead')}>
      <div className={classes.stack}>
        <div className={classes.pair}>
          <DayField label={t('backup.from')} value={firstDay} onChange={setFirstDay} />
          <DayField label={t('backup.to')} value={lastDay} onChange={setLastDay} />
        </div>
        <WorkBar work={work} label={t('backup.history')} />
        {rows !== undefined && <Notice tone="go">{t('backup.exported', { count: rows })}</Notice>}
        {refused !== undefined && <RefusalNotice refusal={refused} />}
        <Action
          size="l"
          icon={<IconFileSpreadsheet size={20} />}
          busy={busy}
          disabled={!isDay(firstDay) || !isDay(lastDay) || firstDay > lastDay}
          onClick={() => void save()}
        >
          {t('backup.export')}
        </Action>
      </div>
    </Card>
  );
}
