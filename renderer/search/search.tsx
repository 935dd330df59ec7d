import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { useQuery } from '../api/use-client.ts';
import { useRoute } from '../app/router.ts';
import { useFormat } from '../i18n/use-format.ts';
import { CodeText } from '../ui/code-text.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, EmptyState, Page } from '../ui/page.tsx';
import { Tag } from '../ui/tag.tsx';
import { CodeTimeline } from './code-timeline.tsx';
import { CustomerView } from './customer-view.tsx';
import { PastText } from './past-text.tsx';
import classes from './search.module.css';
import { useSearch } from './search-store.ts';

type Found = OutputOf<'search.find'>;

/** As long as a person needs for the next letter. */
const TYPING_MS = 180;

export default function Search() {
  const { subject } = useRoute();
  const [kind, id] = (subject ?? '').split(':');
  if (kind === 'code' && id !== undefined) return <CodeTimeline key={id} couponId={id} />;
  if (kind === 'customer' && id !== undefined) return <CustomerView key={id} customerId={id} />;
  return <Finder />;
}

function Finder() {
  const { t } = useTranslation();
  const text = useSearch((search) => search.text);
  const settled = useSettled(text.trim());
  return (
    <Page title={t('search.title')}>
      <TextInput
        size="lg"
        aria-label={t('search.title')}
        placeholder={t('search.placeholder')}
        leftSection={<IconSearch size={24} aria-hidden="true" />}
        value={text}
        onChange={(event) => useSearch.setState({ text: event.currentTarget.value })}
        autoComplete="off"
        spellCheck={false}
        maxLength={500}
        autoFocus
      />
      {settled === '' ? (
        <Card>
          <EmptyState
            icon={<IconSearch size={40} />}
            title={t('search.emptyTitle')}
            text={t('search.emptyText')}
          />
        </Card>
      ) : (
        <Results text={settled} />
      )}
    </Page>
  );
}

/** The text once nobody has typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

const statusTones = {
  live: 'go',
  redeemed: 'quiet',
  void: 'stop',
  active: 'go',
  paused: 'warn',
  archived: 'quiet',
} as const;

function Results({ text }: { text: string }) {
  const { t } = useTranslation();
  const { data, error } = useQuery('search.find', { text });
  if (error !== undefined) return <RefusalNotice refusal={error} />;
  if (data === undefined) return null;
  const { codes, customers, offers, campaigns, batches, people, past } = data;
  const nothing = Object.values(data).every((hits) => hits.length === 0);
  if (nothing) return <p className={classes.nothing}>{t('search.nothing', { text })}</p>;
  return (
    <div className={classes.results} data-testid="results">
      <Group title={t('search.codes')} hits={codes}>
        {({ couponId, code, offerName, status }) => (
          <Hit key={couponId} href={`#/search/code:${couponId}`}>
            <CodeText size="l">{code}</CodeText>
            <span className={classes.about}>{offerName}</span>
            <Tag tone={statusTones[status]}>{t(`batch.statuses.${status}`)}</Tag>
          </Hit>
        )}
      </Group>
      <Customers hits={customers} />
      <Group title={t('nav.offers')} hits={offers}>
        {({ offerId, name, status }) => (
          <Hit key={offerId} href="#/offers">
            <strong>{name}</strong>
            <Tag tone={statusTones[status]}>{t(`offers.status.${status}`)}</Tag>
          </Hit>
        )}
      </Group>
      <Group title={t('campaigns.title')} hits={campaigns}>
        {({ campaignId, name }) => (
          <Hit key={campaignId} href="#/offers/campaigns">
            <strong>{name}</strong>
          </Hit>
        )}
      </Group>
      <Group title={t('nav.batches')} hits={batches}>
        {({ batchId, name, offerName }) => (
          <Hit key={batchId} href={`#/batches/${batchId}`}>
            <strong>{name}</strong>
            <span className={classes.about}>{offerName}</span>
          </Hit>
        )}
      </Group>
      <Group title={t('settings.people')} hits={people}>
        {({ operatorId, name, role }) => (
          <Hit key={operatorId} href="#/settings/people">
            <strong>{name}</strong>
            <span className={classes.about}>{t(`roles.${role}`)}</span>
          </Hit>
        )}
      </Group>
      <Past hits={past} />
    </div>
  );
}

/** Nothing to open: all that is known of it stands here. */
function Past({ hits }: { hits: Found['past'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Group title={t('search.past')} hits={hits}>
      {(row) => (
        <li key={`${row.importId} ${row.line}`} className={classes.hit}>
          <CodeText>{row.code}</CodeText>
          <span className={classes.about}>
            <PastText event={row} />
          </span>
          <span>{format.dateTime(row.at)}</span>
        </li>
      )}
    </Group>
  );
}

function Customers({ hits }: { hits: Found['customers'] }) {
  const { t } = useTranslation();
  return (
    <Group title={t('search.customers')} hits={hits}>
      {({ customerId, kind, value }) => (
        <Hit key={customerId} href={`#/search/customer:${customerId}`}>
          <strong dir="ltr">{value}</strong>
          <span className={classes.about}>{t(`search.kinds.${kind}`)}</span>
        </Hit>
      )}
    </Group>
  );
}

function Group<Row>({
  title,
  hits,
  children,
}: {
  title: string;
  hits: readonly Row[];
  children: (row: Row) => ReactNode;
}) {
  if (hits.length === 0) return null;
  return (
    <section className={classes.group}>
      <h2 className={classes.groupTitle}>{title}</h2>
      <ul className={classes.hits}>{hits.map(children)}</ul>
    </section>
  );
}

function Hit({ href, children }: { href: string; children: ReactNode }) {
  return (
    <li>
      <a className={classes.hit} href={href}>
        {children}
      </a>
    </li>
  );
}
