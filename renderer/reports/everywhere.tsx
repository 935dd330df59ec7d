import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CentreReport, CentreReportRow, Grouping } from '../../shared/contracts/centre-reports.ts';
import { useQuery } from '../api/use-client.ts';
import { useLocation } from '../app/app-store.ts';
import { channels } from '../i18n/channels.ts';
import type { Translate } from '../i18n/i18n.ts';
import { type Format, useFormat } from '../i18n/use-format.ts';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { average } from './breakdowns.ts';
import { ChartCard } from './chart-card.tsx';
import type { Range } from './range.ts';
import type { Column } from './report-table.tsx';
import classes from './reports.module.css';
import { SheetsCard, sheet } from './sheet.tsx';
import { percentBp, Tile } from './tiles.tsx';

const tabs = ['location', 'offer', 'campaign', 'batch', 'channel', 'day'] as const;

/** All locations and channels together, counted at the centre: there is no such report without a network. */
export function Everywhere({ range }: { range: Range }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { currency } = useLocation();
  const [tab, setTab] = useState<(typeof tabs)[number]>('location');
  const { data, error, loading } = useQuery('reports.everywhere', range, ['redemption.recorded']);
  if (error !== undefined) return <RefusalNotice refusal={error} />;
  if (data === undefined) return null;
  const days = new Map(
    data.by.day.filter((row) => row.currency === currency).map((row) => [row.key ?? '', row]),
  );
  return (
    <>
      <p className={classes.asOf} aria-live="polite" data-testid="as-of" aria-busy={loading}>
        {t('reports.asOf', { when: format.dateTime(data.asOf), zone: data.timeZone.replaceAll('_', ' ') })}
      </p>
      {data.locationsBehind > 0 && (
        <Notice tone="warn">
          {t('reports.behind', {
            count: data.locationsBehind,
            when: data.behindSince === undefined ? '' : format.dateTime(data.behindSince),
          })}
        </Notice>
      )}
      <EverywhereTiles data={data} currency={currency} />
      <ChartCard
        range={range}
        times={['day']}
        valueAt={(_time, key, measure) => {
          const row = days.get(key);
          if (row === undefined) return 0;
          return measure === 'payableMinor' ? row.subtotalMinor - row.discountMinor : row[measure];
        }}
      />
      <SheetsCard
        tabs={tabs}
        tab={tab}
        onTab={setTab}
        nameOf={(one) => t(`reports.tabs.${one}`)}
        range={range}
        sheet={sheet(everywhereColumns(t, format, tab), data.by[tab], (row) => `${row.key} ${row.currency}`)}
      />
      {data.truncated && <Notice tone="info">{t('reports.truncated')}</Notice>}
    </>
  );
}

/** In the currency of this location; where others have another one, their rows are in the tables. */
function EverywhereTiles({ data, currency }: { data: CentreReport; currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const rows = data.by.location.filter((row) => row.currency === currency);
  const sum = (value: (row: CentreReportRow) => number) => rows.reduce((all, row) => all + value(row), 0);
  const redemptions = sum((row) => row.redemptions);
  const voided = sum((row) => row.voided);
  const discount = sum((row) => row.discountMinor);
  const subtotal = sum((row) => row.subtotalMinor);
  const returned = sum((row) => row.returnedMinor);
  return (
    <dl className={classes.tiles}>
      <Tile title={t('reports.redemptions')} figure={format.number(redemptions)}>
        {t('reports.voids', { number: format.number(voided) })}
      </Tile>
      <Tile title={t('reports.discount')} figure={format.money(discount)}>
        {t('reports.ofRevenue', { percent: format.percent(percentBp(discount, subtotal)) })}
      </Tile>
      <Tile title={t('reports.revenue')} figure={format.money(subtotal - discount)}>
        {t('reports.returned', { amount: format.money(returned) })}
      </Tile>
      <Tile title={t('reports.averageWith')} figure={format.money(average(subtotal, redemptions))}>
        {t('reports.beforeDiscount')}
      </Tile>
      <Tile
        title={t('reports.locations')}
        figure={format.number(rows.filter(({ key }) => key !== null).length)}
      >
        {t('reports.withRedemptions')}
      </Tile>
    </dl>
  );
}

function everywhereColumns(t: Translate, format: Format, tab: Grouping): readonly Column<CentreReportRow>[] {
  const currencyOf = (row: CentreReportRow) => row.currency;
  const money = (title: string, value: (row: CentreReportRow) => number): Column<CentreReportRow> => ({
    title,
    kind: 'money',
    value,
    currencyOf,
  });
  const hasCodes = tab === 'offer' || tab === 'batch';
  return [
    {
      title: t(`reports.dimensions.${tab}`),
      kind: 'text',
      value: (row) => nameOf(t, format, tab, row),
    },
    { title: t('reports.redemptions'), kind: 'number', value: (row) => row.redemptions },
    money(t('reports.discount'), (row) => row.discountMinor),
    money(t('reports.cost'), (row) => row.discountMinor - row.returnedMinor),
    money(t('reports.revenue'), (row) => row.subtotalMinor - row.discountMinor),
    { title: t('reports.voided'), kind: 'number', value: (row) => row.voided },
    ...(hasCodes
      ? [
          {
            title: t('reports.rate'),
            kind: 'percent',
            value: (row) => (row.codes === null ? '' : (row.codesUsed ?? 0) / Math.max(1, row.codes)),
          } satisfies Column<CentreReportRow>,
        ]
      : []),
  ];
}

function nameOf(t: Translate, format: Format, tab: Grouping, { key, name }: CentreReportRow): string {
  if (key === null) return tab === 'location' ? t('reports.atCentre') : t('reports.without');
  if (tab === 'day') return format.day(key);
  if (tab !== 'channel') return name ?? key;
  const channel = channels.find((one) => one === key);
  return channel === undefined ? key : t(`channels.${channel}`);
}
