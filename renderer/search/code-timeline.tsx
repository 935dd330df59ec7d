import {
  IconArrowBackUp,
  IconArrowLeft,
  IconBuildingStore,
  IconCheck,
  IconHistory,
  IconHourglass,
  IconPrinter,
  IconReceiptRefund,
  IconSparkles,
  IconX,
} from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CodeEvent } from '../../shared/contracts/operations/search.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { go } from '../app/router.ts';
import { refusalSentence } from '../i18n/sentence.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, Page } from '../ui/page.tsx';
import { Tag } from '../ui/tag.tsx';
import { PastText } from './past-text.tsx';
import classes from './search.module.css';

type Shown = OutputOf<'search.code'>;

const tones = { live: 'go', redeemed: 'quiet', void: 'stop' } as const;

/** A code and everything that happened to it: issued, redeemed, voided, refused, by whom and where. */
export function CodeTimeline({ couponId }: { couponId: string }) {
  const { t } = useTranslation();
  const client = useClient();
  const { data, error } = useQuery('search.code', { couponId }, ['redemption.recorded', 'catalogue.changed']);
  const [more, setMore] = useState<Pick<Shown, 'events' | 'nextCursor'>>();
  const cursor = more === undefined ? data?.nextCursor : more.nextCursor;

  async function loadMore(): Promise<void> {
    if (cursor === undefined) return;
    const answer = await client.call('search.code', { couponId, cursor });
    if (!answer.ok) return;
    const { events, nextCursor } = answer.value;
    setMore((before) => ({
      events: [...(before?.events ?? []), ...events],
      ...(nextCursor === undefined ? {} : { nextCursor }),
    }));
  }

  return (
    <Page title={data?.code ?? t('search.code')} action={<BackToSearch />}>
      {error !== undefined && <RefusalNotice refusal={error} />}
      {data !== undefined && (
        <>
          <Card>
            <Facts data={data} />
          </Card>
          <Card title={t('search.timeline')}>
            <ol className={classes.timeline} data-testid="timeline">
              {[...data.events, ...(more?.events ?? [])].map((event) => (
                <Event key={keyOf(event)} event={event} />
              ))}
            </ol>
          </Card>
          {cursor !== undefined && <Action onClick={() => void loadMore()}>{t('common.more')}</Action>}
        </>
      )}
    </Page>
  );
}

export function BackToSearch() {
  const { t } = useTranslation();
  return (
    <Action tone="plain" icon={<IconArrowLeft size={20} />} onClick={() => go('search')}>
      {t('search.back')}
    </Action>
  );
}

/** Rows of a file may say the same thing of the same moment. */
function keyOf(event: CodeEvent): string {
  const own = 'redemptionId' in event ? event.redemptionId : 'line' in event ? event.line : '';
  return `${event.kind} ${event.at} ${own}`;
}

function Facts({ data }: { data: Shown }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { status, offerName, batch, maxUses, used, usedElsewhere } = data;
  const uses = format.number(used + usedElsewhere);
  const facts: [string, ReactNode][] = [
    [
      t('batch.status'),
      <Tag key="status" tone={tones[status]}>
        {t(`batch.statuses.${status}`)}
      </Tag>,
    ],
    [t('recent.offer'), offerName],
    [
      t('search.uses'),
      maxUses === undefined ? uses : t('search.usesOf', { uses, max: format.number(maxUses) }),
    ],
  ];
  if (batch !== undefined) {
    facts.push([
      t('batches.name'),
      t('search.inBatch', { name: batch.name, serial: format.number(batch.serial) }),
    ]);
  }
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const icons: Record<CodeEvent['kind'], typeof IconCheck> = {
  redeemed: IconCheck,
  voided: IconArrowBackUp,
  refused: IconX,
  refunded: IconReceiptRefund,
  printed: IconPrinter,
  held: IconHourglass,
  elsewhere: IconBuildingStore,
  issued: IconSparkles,
  past: IconHistory,
};

function Event({ event }: { event: CodeEvent }) {
  const { t } = useTranslation();
  const format = useFormat();
  const Icon = icons[event.kind];
  return (
    <li>
      <span className={classes.mark} data-kind={event.kind} aria-hidden="true">
        <Icon size={22} />
      </span>
      <div>
        <p className={classes.what}>{t(`search.events.${event.kind}`)}</p>
        <EventText event={event} />
      </div>
      <span className={classes.when}>{format.dateTime(event.at)}</span>
    </li>
  );
}

function EventText({ event }: { event: CodeEvent }) {
  const { t } = useTranslation();
  const format = useFormat();
  switch (event.kind) {
    case 'redeemed':
      return (
        <p>
          <span className={event.voided ? classes.struck : undefined}>
            {t('search.tookOff', {
              discount: format.money(event.discountMinor, event.currency),
              basket: format.money(event.subtotalMinor, event.currency),
            })}
          </span>{' '}
          · {event.operatorName}, {event.tillName} · {t(`channels.${event.channel}`)}
          <Sent sent={event.sent} />
        </p>
      );
    case 'voided':
      return (
        <p>
          {event.reason} · {event.operatorName}, {event.tillName}
          <Sent sent={event.sent} />
        </p>
      );
    case 'refunded':
      return (
        <p>
          {t('search.gaveBack', { amount: format.money(event.refundMinor, event.currency) })} ·{' '}
          {event.operatorName}, {event.tillName}
          <Sent sent={event.sent} />
        </p>
      );
    case 'printed':
      return (
        <p>
          {event.medium}
          {event.isCopy && <> · {t('search.copy')}</>} · {event.operatorName}, {event.tillName}
        </p>
      );
    case 'refused':
      return (
        <p>
          {refusalSentence(t, format, { code: event.code, params: {} }).text} · {event.operatorName}
        </p>
      );
    case 'held':
      return <p>{t('search.heldUntil', { until: format.time(event.until) })}</p>;
    case 'past':
      return (
        <p>
          <PastText event={event} />
        </p>
      );
    case 'elsewhere':
      return <p>{event.where}</p>;
    case 'issued':
      return event.operatorName === '' ? null : <p>{event.operatorName}</p>;
  }
}

/** Only what waits is worth a word. */
function Sent({ sent }: { sent: boolean }) {
  const { t } = useTranslation();
  return <> · {sent ? t('search.sent') : t('search.notSent')}</>;
}
