import { IconArrowLeft } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditEvent } from '../../shared/contracts/operations/desk.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { go } from '../app/router.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { CodeText } from '../ui/code-text.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, Page } from '../ui/page.tsx';
import table from '../ui/table.module.css';
import classes from './settings.module.css';

const PAGE = 50;

/** The chain itself: who did what, when and where, in the words in which it is kept. */
export function AuditEvents() {
  const { t } = useTranslation();
  const client = useClient();
  const { data, error } = useQuery('audit.events', { limit: PAGE });
  const [more, setMore] = useState<OutputOf<'audit.events'>>();
  const events = [...(data?.events ?? []), ...(more?.events ?? [])];
  const cursor = more === undefined ? data?.nextCursor : more.nextCursor;

  async function loadMore(): Promise<void> {
    if (cursor === undefined) return;
    const answer = await client.call('audit.events', { limit: PAGE, cursor });
    if (!answer.ok) return;
    setMore((before) => ({ ...answer.value, events: [...(before?.events ?? []), ...answer.value.events] }));
  }

  return (
    <Page
      title={t('audit.eventsTitle')}
      lead={t('audit.eventsLead')}
      action={
        <Action tone="plain" icon={<IconArrowLeft size={20} />} onClick={() => go('settings', 'ledger')}>
          {t('settings.title')}
        </Action>
      }
    >
      {error !== undefined && <RefusalNotice refusal={error} />}
      <Card flush>
        <table className={table.table}>
          <thead>
            <tr>
              <th className={table.number}>{t('batch.serial')}</th>
              <th>{t('recent.when')}</th>
              <th>{t('audit.event')}</th>
              <th>{t('recent.by')}</th>
              <th>{t('audit.fingerprint')}</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => (
              <EventRow key={event.seq} event={event} />
            ))}
          </tbody>
        </table>
      </Card>
      {cursor !== undefined && <Action onClick={() => void loadMore()}>{t('common.more')}</Action>}
    </Page>
  );
}

const HASH_SHOWN = 12;

function EventRow({ event }: { event: AuditEvent }) {
  const format = useFormat();
  return (
    <tr>
      <td className={table.number}>{format.number(event.seq)}</td>
      <td className={table.nowrap}>{format.dateTime(event.at)}</td>
      <td lang="en">
        <details>
          <summary>
            <CodeText>{event.type}</CodeText>
          </summary>
          <p className={classes.hash}>{event.body}</p>
        </details>
      </td>
      <td>
        {event.operatorName}
        <span className={table.sub}>{event.till}</span>
      </td>
      <td className={classes.hash} title={event.hash}>
        {event.hash.slice(0, HASH_SHOWN)}
      </td>
    </tr>
  );
}
