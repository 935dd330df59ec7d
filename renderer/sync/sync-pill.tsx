import { Popover } from '@mantine/core';
import {
  IconBuildingStore,
  IconCloudCheck,
  IconCloudOff,
  IconCloudUp,
  IconPlugConnectedX,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { roleMay } from '../../shared/contracts/operation.ts';
import { useClient } from '../api/use-client.ts';
import { useApp, useOperator } from '../app/app-store.ts';
import { go } from '../app/router.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { useNow } from '../ui/use-now.ts';
import { linkState } from './link-state.ts';
import classes from './sync-pill.module.css';

const AGE_TICK_MS = 10_000;
/** What is younger is no news. */
const MINUTE_MS = 60_000;

const icons = {
  hubGone: IconPlugConnectedX,
  unlinked: IconPlugConnectedX,
  offline: IconCloudOff,
  sending: IconCloudUp,
  online: IconCloudCheck,
  alone: IconBuildingStore,
};

/** Always in sight: whether the centre is reached, how much waits to be sent, and since when. */
export function SyncPill() {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useClient();
  const operator = useOperator();
  const sync = useApp((app) => app.sync);
  const linked = useApp((app) => app.linked);
  const now = useNow(AGE_TICK_MS);
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);

  const lane = useApp((app) => app.status?.phase === 'ready' && app.status.lane);
  const state = linkState(sync, linked, lane);
  const Icon = icons[state];
  const count = sync?.mode === 'enrolled' ? sync.queue.count : 0;
  const oldestAt = sync?.queue.oldestAt;
  const waiting =
    count === 0
      ? undefined
      : oldestAt === undefined
        ? t('sync.waiting', { count })
        : t('sync.waitingSince', {
            count,
            age: now - oldestAt < MINUTE_MS ? `< ${format.age(MINUTE_MS)}` : format.age(now - oldestAt),
          });

  async function syncNow(): Promise<void> {
    setBusy(true);
    const answer = await client.call('sync.now', {});
    setBusy(false);
    if (answer.ok) useApp.setState({ sync: answer.value });
  }

  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      width={340}
      radius="lg"
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <button
          type="button"
          className={classes.pill}
          data-state={state}
          data-testid="sync-pill"
          onClick={() => setOpen((before) => !before)}
        >
          <Icon size={20} aria-hidden="true" />
          <span className={classes.state}>{t(`sync.state.${state}`)}</span>
          {waiting !== undefined && <span className={classes.waiting}>{waiting}</span>}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('sync.title')}>
        <div className={classes.details}>
          <h2 className={classes.title}>{t(`sync.state.${state}`)}</h2>
          <p>{t(`sync.about.${state}`)}</p>
          {sync?.mode === 'enrolled' && (
            <dl className={classes.facts}>
              <div>
                <dt>{t('sync.queue')}</dt>
                <dd>{waiting ?? t('sync.nothingWaits')}</dd>
              </div>
              <div>
                <dt>{t('sync.last')}</dt>
                <dd>{sync.lastSyncAt === undefined ? t('sync.never') : format.dateTime(sync.lastSyncAt)}</dd>
              </div>
              <div>
                <dt>{t('sync.centre')}</dt>
                <dd className={classes.url}>{sync.centreUrl}</dd>
              </div>
            </dl>
          )}
          {sync?.running === true && sync.progress !== undefined && (
            <p role="status">{t('sync.progress', sync.progress)}</p>
          )}
          {state === 'offline' && sync?.lastError !== undefined && <RefusalNotice refusal={sync.lastError} />}
          {sync?.mode === 'enrolled' && (
            <Action tone="primary" size="l" wide busy={busy || sync.running} onClick={() => void syncNow()}>
              {t('sync.now')}
            </Action>
          )}
          {state === 'alone' && roleMay(operator.role, 'admin') && (
            <Action
              size="l"
              wide
              onClick={() => {
                setOpen(false);
                go('settings', 'sync');
              }}
            >
              {t('sync.join')}
            </Action>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
