import { Menu, SegmentedControl } from '@mantine/core';
import {
  IconArchive,
  IconCopy,
  IconDots,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlus,
  IconStack2,
  IconTicket,
} from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { useApp } from '../app/app-store.ts';
import { go, useRoute } from '../app/router.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { CodeText } from '../ui/code-text.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { flash } from '../ui/flash.tsx';
import layout from '../ui/form.module.css';
import { Meter } from '../ui/meter.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, EmptyState, Page } from '../ui/page.tsx';
import { Tag, type TagTone } from '../ui/tag.tsx';
import { Campaigns } from './campaigns.tsx';
import type { OfferRow } from './offer-row.ts';
import { offerSentence } from './offer-sentence.ts';
import { OfferWizard } from './offer-wizard.tsx';
import classes from './offers.module.css';
import { OffersSwitch } from './offers-switch.tsx';

const PAGE = 200;

export default function Offers() {
  const { subject } = useRoute();
  const [kind, offerId] = (subject ?? '').split(':');
  if (kind === 'campaigns') return <Campaigns />;
  if (kind === 'new' || kind === 'change' || kind === 'copy') {
    return <OfferWizard key={subject} purpose={kind} offerId={offerId} />;
  }
  return <OfferList />;
}

const filters = ['current', 'archived'] as const;
type Filter = (typeof filters)[number];

function OfferList() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<Filter>('current');
  const { rows, error, loaded, more } = useAllOffers();
  const shown = rows.filter((row) => isEnded(row) === (filter === 'archived'));
  const archived = rows.some(isEnded);
  const [refused, setRefused] = useState<Refusal>();
  const create = (
    <Action tone="primary" size="xl" icon={<IconPlus size={22} />} onClick={() => go('offers', 'new')}>
      {t('offers.create')}
    </Action>
  );
  return (
    <Page title={t('offers.title')} lead={t('offers.lead')} action={rows.length > 0 ? create : undefined}>
      <div className={classes.bar}>
        <OffersSwitch current="offers" />
        {archived && (
          <SegmentedControl
            aria-label={t('offers.filter')}
            value={filter}
            onChange={(value) => setFilter(filters.find((one) => one === value) ?? 'current')}
            data={filters.map((value) => ({ value, label: t(`offers.filters.${value}`) }))}
          />
        )}
      </div>
      {(refused ?? error) !== undefined && <RefusalNotice refusal={(refused ?? error) as Refusal} />}
      {loaded && rows.length === 0 && (
        <Card>
          <EmptyState
            icon={<IconTicket size={40} />}
            title={t('offers.emptyTitle')}
            text={t('offers.emptyText')}
            action={create}
          />
        </Card>
      )}
      <ul className={classes.list}>
        {shown.map((row) => (
          <OfferCard key={row.offer.id} row={row} onRefused={setRefused} />
        ))}
      </ul>
      {more !== undefined && <Action onClick={more}>{t('common.more')}</Action>}
    </Page>
  );
}

type List = OutputOf<'offers.list'>;

/** The newest offers, and as many pages after them as somebody asked for. */
function useAllOffers() {
  const client = useClient();
  const { data, error } = useQuery('offers.list', { limit: PAGE }, [
    'catalogue.changed',
    'redemption.recorded',
  ]);
  const [following, setFollowing] = useState<List>();
  // A new first page makes the following ones old.
  // biome-ignore lint/correctness/useExhaustiveDependencies: on each new first page
  useEffect(() => setFollowing(undefined), [data]);
  const cursor = following === undefined ? data?.nextCursor : following.nextCursor;

  async function loadMore(): Promise<void> {
    if (cursor === undefined) return;
    const answer = await client.call('offers.list', { limit: PAGE, cursor });
    if (!answer.ok) return;
    setFollowing((before) => ({
      ...answer.value,
      offers: [...(before?.offers ?? []), ...answer.value.offers],
    }));
  }

  return {
    rows: [...(data?.offers ?? []), ...(following?.offers ?? [])],
    loaded: data !== undefined,
    error,
    more: cursor === undefined ? undefined : () => void loadMore(),
  };
}

/** Nothing can be redeemed on it any more. */
function isEnded({ status, standing }: OfferRow): boolean {
  return status === 'archived' || standing === 'over';
}

const statusTones: Record<OfferRow['status'], TagTone> = { active: 'go', paused: 'warn', archived: 'quiet' };
const standingTones = { later: 'brand', over: 'quiet', used_up: 'warn' } as const;

/** What keeps its codes from being redeemed, or that nothing does. */
function StateTag({ row: { status, standing, opensOn } }: { row: OfferRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (status !== 'active' || standing === 'open')
    return <Tag tone={statusTones[status]}>{t(`offers.status.${status}`)}</Tag>;
  return (
    <Tag tone={standingTones[standing]}>
      {standing === 'later' && opensOn !== undefined
        ? t('offers.opensOn', { day: format.day(opensOn) })
        : t(`offers.standing.${standing}`)}
    </Tag>
  );
}

function OfferCard({ row, onRefused }: { row: OfferRow; onRefused: (refusal: Refusal | undefined) => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const { offer, status } = row;
  const [ending, setEnding] = useState(false);
  const total = { count: row.uses, total: format.number(offer.limits.total ?? 0) };
  /** This ledger's own uses; what the other locations gave, the centre alone knows. */
  const countsHere = useApp((app) => app.sync !== undefined && app.sync.mode !== 'standalone');

  async function archive(): Promise<void> {
    const answer = await client.call('offers.archive', { offerId: offer.id });
    setEnding(false);
    onRefused(answer.ok ? undefined : answer.error);
    if (answer.ok) flash(t('offers.archived', { name: offer.name }));
  }

  async function setPaused(paused: boolean): Promise<void> {
    const answer = await client.call('offers.setPaused', { offerId: offer.id, paused });
    onRefused(answer.ok ? undefined : answer.error);
    if (!answer.ok) return;
    const { name } = offer;
    flash(
      paused ? t('offers.pausedNow', { name }) : t('offers.resumedNow', { name }),
      () => void setPaused(!paused),
    );
  }

  return (
    <li className={classes.card} data-status={isEnded(row) ? 'archived' : status}>
      <div className={classes.stub} aria-hidden="true">
        {shortBenefit(row, format)}
      </div>
      <div className={classes.body}>
        <div className={classes.headline}>
          <h2 className={classes.name}>{offer.name}</h2>
          <StateTag row={row} />
          {row.origin === 'centre' && <Tag tone="quiet">{t('offers.fromCentre')}</Tag>}
          {row.campaignName !== undefined && <Tag tone="brand">{row.campaignName}</Tag>}
        </div>
        <p className={classes.rule}>{offerSentence(t, format, offer)}</p>
        <div className={classes.figures}>
          <span>
            <strong>{format.number(row.uses)}</strong>{' '}
            {offer.limits.total === undefined
              ? countsHere
                ? t('offers.usesHere', { count: row.uses })
                : t('offers.uses', { count: row.uses })
              : countsHere
                ? t('offers.usesHereOf', total)
                : t('offers.usesOf', total)}
          </span>
          {offer.limits.total !== undefined && !countsHere && (
            <Meter value={row.uses} max={offer.limits.total} label={t('offers.usesLabel')} />
          )}
          {row.usesLeftHere !== undefined && <span>{t('offers.leftHere', { count: row.usesLeftHere })}</span>}
          {row.sharedCodes.length > 0 ? (
            <span className={classes.codes}>
              {row.sharedCodes.map((code) => (
                <CodeText key={code}>{code}</CodeText>
              ))}
            </span>
          ) : (
            <span>{t('offers.codes', { count: row.codes })}</span>
          )}
        </div>
      </div>
      <div className={classes.actions}>
        <Action
          icon={<IconStack2 size={20} />}
          onClick={() => go('batches', `new:${offer.id}`)}
          disabled={status === 'archived' || row.origin === 'centre'}
        >
          {t('offers.makeCodes')}
        </Action>
        <Menu position="bottom-end" width={220}>
          <Menu.Target>
            <button
              type="button"
              className={classes.more}
              aria-label={t('offers.more', { name: offer.name })}
            >
              <IconDots size={22} aria-hidden="true" />
            </button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              className={classes.menuItem}
              disabled={status === 'archived'}
              leftSection={
                status === 'paused' ? (
                  <IconPlayerPlay size={20} aria-hidden="true" />
                ) : (
                  <IconPlayerPause size={20} aria-hidden="true" />
                )
              }
              onClick={() => void setPaused(status !== 'paused')}
            >
              {status === 'paused' ? t('offers.resume') : t('offers.pause')}
            </Menu.Item>
            <Menu.Item
              className={classes.menuItem}
              disabled={!row.mayChange}
              leftSection={<IconPencil size={20} aria-hidden="true" />}
              onClick={() => go('offers', `change:${offer.id}`)}
            >
              {t('offers.change')}
            </Menu.Item>
            <Menu.Item
              className={classes.menuItem}
              leftSection={<IconCopy size={20} aria-hidden="true" />}
              onClick={() => go('offers', `copy:${offer.id}`)}
            >
              {t('offers.copy')}
            </Menu.Item>
            <Menu.Item
              className={classes.menuItem}
              disabled={!row.mayChange}
              leftSection={<IconArchive size={20} aria-hidden="true" />}
              onClick={() => setEnding(true)}
            >
              {t('offers.archive')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      <Dialog open={ending} onClose={() => setEnding(false)} title={t('offers.archiveTitle')}>
        <div className={layout.dialog}>
          <p>{t('offers.archiveText', { name: offer.name })}</p>
          <Action tone="stop" size="xl" wide onClick={() => void archive()}>
            {t('offers.archive')}
          </Action>
        </div>
      </Dialog>
    </li>
  );
}

/** The benefit in two words, as it would stand on a ticket. */
function shortBenefit({ offer }: OfferRow, format: ReturnType<typeof useFormat>): string {
  const benefit = offer.benefits[0];
  if (benefit?.type === 'percent') return `−${format.percent(benefit.percentBp)}`;
  if (benefit?.type === 'fixed') return `−${format.wholeMoney(benefit.amountMinor, offer.currency)}`;
  if (benefit?.type === 'fixed_price') return format.wholeMoney(benefit.priceMinor, offer.currency);
  if (benefit?.type === 'bundle_price')
    return `${benefit.qty}× ${format.wholeMoney(benefit.priceMinor, offer.currency)}`;
  if (benefit?.type === 'buy_get') return `${benefit.buy.qty}+${benefit.get.qty}`;
  if (benefit?.type === 'tiered') {
    const most = benefit.tiers.at(-1);
    if (most === undefined) return '';
    return 'amountMinor' in most
      ? `≤ ${format.wholeMoney(most.amountMinor, offer.currency)}`
      : `≤ ${format.percent(most.percentBp)}`;
  }
  return format.wholeMoney(0, offer.currency);
}
