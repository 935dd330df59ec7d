import { Menu } from '@mantine/core';
import {
  IconDots,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlus,
  IconStack2,
  IconTicket,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { go, useRoute } from '../app/router.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Meter } from '../ui/meter.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, EmptyState, Page } from '../ui/page.tsx';
import { Tag, type TagTone } from '../ui/tag.tsx';
import { NewOffer } from './new-offer.tsx';
import { offerSentence } from './offer-sentence.ts';
import classes from './offers.module.css';

export type OfferRow = OutputOf<'offers.list'>['offers'][number];

const PAGE = 200;

export default function Offers() {
  const { subject } = useRoute();
  return subject === 'new' ? <NewOffer /> : <OfferList />;
}

function OfferList() {
  const { t } = useTranslation();
  const { data, error } = useQuery('offers.list', { limit: PAGE }, [
    'catalogue.changed',
    'redemption.recorded',
  ]);
  const [refused, setRefused] = useState<Refusal>();
  const create = (
    <Action tone="primary" size="xl" icon={<IconPlus size={22} />} onClick={() => go('offers', 'new')}>
      {t('offers.create')}
    </Action>
  );
  return (
    <Page title={t('offers.title')} lead={t('offers.lead')} action={data?.offers.length ? create : undefined}>
      {(refused ?? error) !== undefined && <RefusalNotice refusal={(refused ?? error) as Refusal} />}
      {data !== undefined && data.offers.length === 0 && (
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
        {data?.offers.map((row) => (
          <OfferCard key={row.offer.id} row={row} onRefused={setRefused} />
        ))}
      </ul>
    </Page>
  );
}

const statusTones: Record<OfferRow['status'], TagTone> = { active: 'go', paused: 'warn', archived: 'quiet' };

function OfferCard({ row, onRefused }: { row: OfferRow; onRefused: (refusal: Refusal | undefined) => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const { offer, status } = row;

  async function setPaused(paused: boolean): Promise<void> {
    const answer = await client.call('offers.setPaused', { offerId: offer.id, paused });
    onRefused(answer.ok ? undefined : answer.error);
  }

  return (
    <li className={classes.card} data-status={status}>
      <div className={classes.stub} aria-hidden="true">
        {shortBenefit(row, format)}
      </div>
      <div className={classes.body}>
        <div className={classes.headline}>
          <h2 className={classes.name}>{offer.name}</h2>
          <Tag tone={statusTones[status]}>{t(`offers.status.${status}`)}</Tag>
          {row.origin === 'centre' && <Tag tone="quiet">{t('offers.fromCentre')}</Tag>}
        </div>
        <p className={classes.rule}>{offerSentence(t, format, offer)}</p>
        <div className={classes.figures}>
          <span>
            <strong>{format.number(row.uses)}</strong>{' '}
            {offer.limits.total === undefined
              ? t('offers.uses', { count: row.uses })
              : t('offers.usesOf', { count: row.uses, total: format.number(offer.limits.total) })}
          </span>
          {offer.limits.total !== undefined && (
            <Meter value={row.uses} max={offer.limits.total} label={t('offers.usesLabel')} />
          )}
          {row.usesLeftHere !== undefined && <span>{t('offers.leftHere', { count: row.usesLeftHere })}</span>}
          <span>{t('offers.codes', { count: row.codes })}</span>
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
          </Menu.Dropdown>
        </Menu>
      </div>
    </li>
  );
}

/** The benefit in two words, as it would stand on a ticket. */
function shortBenefit({ offer }: OfferRow, format: ReturnType<typeof useFormat>): string {
  const benefit = offer.benefits[0];
  if (benefit?.type === 'percent') return `−${format.percent(benefit.percentBp)}`;
  if (benefit?.type === 'fixed') return `−${format.wholeMoney(benefit.amountMinor, offer.currency)}`;
  if (benefit?.type === 'buy_get') return `${benefit.buy.qty}+${benefit.get.qty}`;
  return '★';
}
