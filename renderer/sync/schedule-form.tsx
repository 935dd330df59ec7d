import { Select, Switch } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SyncSchedule, SyncStatus } from '../../shared/contracts/operations/sync.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { useApp } from '../app/app-store.ts';
import { useFormat } from '../i18n/use-format.ts';
import { RefusalNotice } from '../ui/notice.tsx';
import classes from './enrol-form.module.css';

const NEVER = 'never';
const HOURS_PER_DAY = 24;

/** When the location syncs by itself: each night at an hour, and during the day where its line allows it. */
export function ScheduleForm({ schedule }: { schedule: NonNullable<SyncStatus['schedule']> }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const [refused, setRefused] = useState<Refusal>();
  const { lastNightlyAt, ...now } = schedule;

  async function change(to: Partial<SyncSchedule>): Promise<void> {
    const answer = await client.call('sync.setSchedule', { ...now, ...to });
    setRefused(answer.ok ? undefined : answer.error);
    if (answer.ok) useApp.setState({ sync: answer.value });
  }

  return (
    <div className={classes.form}>
      <Select
        label={t('sync.nightly')}
        description={
          lastNightlyAt === undefined
            ? t('sync.nightlyHint')
            : t('sync.nightlyLast', { when: format.dateTime(lastNightlyAt) })
        }
        value={now.nightlyHour === null ? NEVER : String(now.nightlyHour)}
        onChange={(value) => void change({ nightlyHour: value === NEVER ? null : Number(value) })}
        data={[
          { value: NEVER, label: t('sync.nightlyNever') },
          ...Array.from({ length: HOURS_PER_DAY }, (_, hour) => ({
            value: String(hour),
            label: t('sync.nightlyAfter', { hour: `${String(hour).padStart(2, '0')}:00` }),
          })),
        ]}
        allowDeselect={false}
      />
      <Switch
        label={t('sync.always')}
        description={t('sync.alwaysHint')}
        checked={now.always}
        onChange={(event) => void change({ always: event.currentTarget.checked })}
      />
      {refused !== undefined && <RefusalNotice refusal={refused} />}
    </div>
  );
}
