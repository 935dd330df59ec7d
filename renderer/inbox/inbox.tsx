import { SegmentedControl } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Incident } from '../../shared/contracts/incident.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, EmptyState, Page } from '../ui/page.tsx';
import { Tag } from '../ui/tag.tsx';
import classes from './inbox.module.css';
import { IncidentView } from './incident-view.tsx';

const views = ['open', 'resolved'] as const;
type View = (typeof views)[number];
type List = OutputOf<'inbox.list'>;

const PAGE = 50;

/** What the centre found that no rule may decide: a person does, and says so. */
export default function Inbox() {
  const { t } = useTranslation();
  const client = useClient();
  const [view, setView] = useState<View>('open');
  const { data, error, reload } = useQuery('inbox.list', { status: view, limit: PAGE }, [
    'sync.changed',
    'catalogue.changed',
  ]);
  const [more, setMore] = useState<List>();
  const [opened, setOpened] = useState<Incident>();
  // A new first page makes the following ones old.
  // biome-ignore lint/correctness/useExhaustiveDependencies: on each new first page
  useEffect(() => setMore(undefined), [data]);
  const rows = [...(data?.incidents ?? []), ...(more?.incidents ?? [])];
  const cursor = more === undefined ? data?.nextCursor : more.nextCursor;

  async function loadMore(): Promise<void> {
    if (cursor === undefined) return;
    const answer = await client.call('inbox.list', { status: view, limit: PAGE, cursor });
    if (!answer.ok) return;
    setMore((before) => ({
      ...answer.value,
      incidents: [...(before?.incidents ?? []), ...answer.value.incidents],
    }));
  }

  return (
    <Page title={t('inbox.title')} lead={t('inbox.lead')}>
      <div>
        <SegmentedControl
          aria-label={t('inbox.view')}
          value={view}
          onChange={(value) => setView(views.find((one) => one === value) ?? 'open')}
          data={views.map((value) => ({ value, label: t(`inbox.views.${value}`) }))}
        />
      </div>
      {error !== undefined && <RefusalNotice refusal={error} />}
      {data !== undefined && (
        <Card flush>
          {rows.length === 0 ? (
            <EmptyState
              icon={<IconInbox size={40} />}
              title={t(`inbox.empty.${view}`)}
              text={t('inbox.emptyText')}
            />
          ) : (
            <ul className={classes.list} data-testid="incidents">
              {rows.map((incident) => (
                <IncidentRow key={incident.id} incident={incident} onOpen={setOpened} />
              ))}
            </ul>
          )}
        </Card>
      )}
      {cursor !== undefined && <Action onClick={() => void loadMore()}>{t('common.more')}</Action>}
      <Dialog
        open={opened !== undefined}
        onClose={() => setOpened(undefined)}
        title={opened === undefined ? '' : t(`inbox.kinds.${opened.kind}.title`)}
        size="lg"
      >
        {opened !== undefined && (
          <IncidentView
            incidentId={opened.id}
            onDecided={() => {
              setOpened(undefined);
              reload();
            }}
          />
        )}
      </Dialog>
    </Page>
  );
}

function IncidentRow({ incident, onOpen }: { incident: Incident; onOpen: (incident: Incident) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { kind, costMinor, currency, createdAt, outcome } = incident;
  return (
    <li className={classes.row}>
      <div>
        <h2 className={classes.what}>{t(`inbox.kinds.${kind}.title`)}</h2>
        <p className={classes.about}>{t(`inbox.kinds.${kind}.text`)}</p>
        <p className={classes.about}>{format.when(createdAt)}</p>
      </div>
      {costMinor !== undefined && (
        <span className={classes.cost}>{format.money(costMinor, currency ?? format.currency)}</span>
      )}
      {outcome !== undefined && <Tag tone="quiet">{t(`inbox.outcomes.${outcome}`)}</Tag>}
      <Action onClick={() => onOpen(incident)}>
        {incident.status === 'open' ? t('inbox.decide') : t('inbox.look')}
      </Action>
    </li>
  );
}
