import { NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { IconDownload, IconPrinter, IconX } from '@tabler/icons-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dimension, ReportFilter, ReportRow } from '../../shared/contracts/operations/reports.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { useLocation } from '../app/app-store.ts';
import { go } from '../app/router.ts';
import { channels } from '../i18n/channels.ts';
import { dayOf, decimalText, minorDigits } from '../i18n/format.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { base64Of, type Cell, csvText } from '../ui/csv.ts';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, Page } from '../ui/page.tsx';
import {
  average,
  codeColumns,
  measureColumns,
  peopleColumns,
  redemptionColumns,
  refusalColumns,
  type Summary,
} from './breakdowns.ts';
import { daysOf, type Range, type RangeName, rangeOf, ranges } from './range.ts';
import { type Column, ReportTable } from './report-table.tsx';
import classes from './reports.module.css';
import { useRedemptions } from './use-redemptions.ts';

// The charts are by far the largest part of this screen: its figures are there before them.
const Chart = lazy(() => import('./charts.tsx'));

const tabs = [
  'offer',
  'campaign',
  'channel',
  'till',
  'day',
  'people',
  'refusals',
  'codes',
  'redemptions',
] as const;
type Tab = (typeof tabs)[number];
type Narrowing = Omit<ReportFilter, 'from' | 'to'>;
const chartTimes = ['day', 'weekday', 'hour'] as const;
type ChartTime = (typeof chartTimes)[number];
const chartMeasures = ['redemptions', 'discountMinor', 'payableMinor'] as const;
type ChartMeasure = (typeof chartMeasures)[number];

/** As many as one report covers. */
const MAX_DAYS = 400;
const HOURS = 24;
const WEEKDAYS = 7;

export default function Reports() {
  const { t } = useTranslation();
  const format = useFormat();
  const { timeZone } = useLocation();
  const [today] = useState(() => dayOf(Date.now(), timeZone));
  const [name, setName] = useState<RangeName>('month');
  const [own, setOwn] = useState<Range>(() => rangeOf('month', today));
  const [narrowing, setNarrowing] = useState<Narrowing>({});
  const [tab, setTab] = useState<Tab>('offer');
  const range = name === 'own' ? own : rangeOf(name, today);
  const filter = { ...range, ...narrowing };
  const { data, error, loading } = useQuery('reports.summary', filter, ['redemption.recorded']);

  const narrow = (part: Narrowing) => {
    setNarrowing((before) => ({ ...before, ...part }));
    setTab('redemptions');
  };
  return (
    <Page title={t('reports.title')} lead={t('reports.lead')}>
      <RangeBar name={name} onName={setName} range={range} onOwn={setOwn} />
      <Filters narrowing={narrowing} data={data} onRemove={setNarrowing} />
      {error !== undefined && <RefusalNotice refusal={error} />}
      {data !== undefined && (
        <>
          <p className={classes.asOf} aria-live="polite" data-testid="as-of" aria-busy={loading}>
            {t('reports.asOf', {
              when: format.dateTime(data.asOf),
              zone: data.timeZone.replaceAll('_', ' '),
            })}
          </p>
          <Tiles data={data} whole={Object.keys(narrowing).length === 0} />
          <ChartCard data={data} range={range} />
          <Breakdown tab={tab} onTab={setTab} data={data} filter={filter} onNarrow={narrow} />
        </>
      )}
    </Page>
  );
}

type RangeBarProps = {
  readonly name: RangeName;
  readonly onName: (name: RangeName) => void;
  readonly range: Range;
  readonly onOwn: (range: Range) => void;
};

function RangeBar({ name, onName, range, onOwn }: RangeBarProps) {
  const { t } = useTranslation();
  const change = (part: Partial<Range>) => {
    const next = { ...range, ...part };
    if (next.from === '' || next.to === '') return;
    onName('own');
    onOwn(next.from <= next.to ? next : { from: part.from ?? next.to, to: part.from ?? next.to });
  };
  return (
    <div className={classes.bar}>
      <NativeSelect
        label={t('reports.range')}
        size="md"
        value={name}
        onChange={(event) => {
          const chosen = ranges.find((one) => one === event.currentTarget.value) ?? 'month';
          if (chosen === 'own') onOwn(range);
          onName(chosen);
        }}
        data={ranges.map((value) => ({ value, label: t(`reports.ranges.${value}`) }))}
      />
      <TextInput
        type="date"
        label={t('reports.from')}
        value={range.from}
        onChange={(event) => change({ from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t('reports.to')}
        value={range.to}
        onChange={(event) => change({ to: event.currentTarget.value })}
      />
      <span className={classes.grow} />
      <Action icon={<IconPrinter size={20} />} onClick={() => window.print()}>
        {t('reports.print')}
      </Action>
    </div>
  );
}

/** What the figures were narrowed to; a press takes it away again. */
function Filters({
  narrowing,
  data,
  onRemove,
}: {
  narrowing: Narrowing;
  data: Summary | undefined;
  onRemove: (next: Narrowing) => void;
}) {
  const { t } = useTranslation();
  const { offerId, campaignId, channel, operatorId, tillName } = narrowing;
  const nameIn = (rows: readonly ReportRow[] | undefined, key: string) =>
    rows?.find((row) => row.key === key)?.name ?? key;
  const chips: [keyof Narrowing, string][] = [];
  if (offerId !== undefined) chips.push(['offerId', nameIn(data?.by.offer, offerId)]);
  if (campaignId !== undefined) chips.push(['campaignId', nameIn(data?.by.campaign, campaignId)]);
  if (channel !== undefined) chips.push(['channel', t(`channels.${channel}`)]);
  if (operatorId !== undefined) chips.push(['operatorId', nameIn(data?.by.operator, operatorId)]);
  if (tillName !== undefined) chips.push(['tillName', tillName]);
  if (chips.length === 0) return null;
  return (
    <div className={classes.filters}>
      {chips.map(([key, text]) => (
        <button
          key={key}
          type="button"
          className={classes.filter}
          aria-label={t('reports.removeFilter', { name: text })}
          onClick={() => {
            const { [key]: _, ...rest } = narrowing;
            onRemove(rest);
          }}
        >
          {text}
          <IconX size={18} aria-hidden="true" />
        </button>
      ))}
    </div>
  );
}

function Tiles({ data, whole }: { data: Summary; whole: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { totals, without, refusals } = data;
  const refused = refusals.reduce((sum, { count }) => sum + count, 0);
  const tried = totals.redemptions + totals.voided + refused;
  return (
    <dl className={classes.tiles}>
      <Tile title={t('reports.redemptions')} figure={format.number(totals.redemptions)}>
        {t('reports.ofTried', { percent: format.percent(percentBp(totals.redemptions, tried)) })}
      </Tile>
      <Tile title={t('reports.discount')} figure={format.money(totals.discountMinor)}>
        {t('reports.ofRevenue', {
          percent: format.percent(percentBp(totals.discountMinor, totals.subtotalMinor)),
        })}
      </Tile>
      <Tile title={t('reports.revenue')} figure={format.money(totals.payableMinor)}>
        {t('reports.baskets', { count: totals.baskets, number: format.number(totals.baskets) })}
      </Tile>
      <Tile
        title={t('reports.averageWith')}
        figure={format.money(average(totals.subtotalMinor, totals.baskets))}
      >
        {whole && without.baskets > 0
          ? t('reports.averageWithout', {
              amount: format.money(average(without.subtotalMinor, without.baskets)),
            })
          : t('reports.beforeDiscount')}
      </Tile>
      <Tile title={t('reports.refused')} figure={format.number(refused)}>
        {t('reports.voids', { number: format.number(totals.voided) })}
      </Tile>
    </dl>
  );
}

function Tile({ title, figure, children }: { title: string; figure: string; children: string }) {
  return (
    <div className={classes.tile}>
      <dt>{title}</dt>
      <dd>
        <span className={classes.figure}>{figure}</span>
        <span className={classes.note}>{children}</span>
      </dd>
    </div>
  );
}

function percentBp(part: number, of: number): number {
  return of === 0 ? 0 : Math.round((part / of) * 10_000);
}

function ChartCard({ data, range }: { data: Summary; range: Range }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [time, setTime] = useState<ChartTime>('day');
  const [measure, setMeasure] = useState<ChartMeasure>('redemptions');
  const keys = useMemo(() => {
    if (time === 'day') return daysOf(range, MAX_DAYS);
    const first = time === 'weekday' ? 1 : 0;
    return Array.from({ length: time === 'weekday' ? WEEKDAYS : HOURS }, (_, i) => String(i + first));
  }, [time, range]);
  const rows = new Map(data.by[time].map((row) => [row.key, row]));
  const isMoney = measure !== 'redemptions';
  const points = keys.map((key) => ({
    label: shortLabel(format, time, key),
    value: rows.get(key)?.[measure] ?? 0,
  }));
  return (
    <Card flush>
      <div className={classes.head}>
        <SegmentedControl
          aria-label={t('reports.chartTime')}
          value={time}
          onChange={(value) => setTime(chartTimes.find((one) => one === value) ?? 'day')}
          data={chartTimes.map((value) => ({ value, label: t(`reports.dimensions.${value}`) }))}
        />
        <SegmentedControl
          aria-label={t('reports.chartMeasure')}
          value={measure}
          onChange={(value) => setMeasure(chartMeasures.find((one) => one === value) ?? 'redemptions')}
          data={chartMeasures.map((value) => ({ value, label: t(`reports.measures.${value}`) }))}
        />
      </div>
      <Suspense fallback={<div className={classes.chart} />}>
        <Chart
          points={points}
          name={t(`reports.measures.${measure}`)}
          format={(value) => (isMoney ? format.wholeMoney(Math.round(value)) : format.number(value))}
        />
      </Suspense>
    </Card>
  );
}

function shortLabel(format: ReturnType<typeof useFormat>, time: ChartTime, key: string): string {
  if (time === 'weekday') return format.weekday(Number(key), 'short');
  return time === 'hour' ? key : format.shortDay(key);
}

type BreakdownProps = {
  readonly tab: Tab;
  readonly onTab: (tab: Tab) => void;
  readonly data: Summary;
  readonly filter: ReportFilter;
  readonly onNarrow: (part: Narrowing) => void;
};

function Breakdown({ tab, onTab, data, filter, onNarrow }: BreakdownProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: codes } = useQuery('reports.codes', {}, ['redemption.recorded', 'catalogue.changed']);
  const redemptions = useRedemptions(filter, tab === 'redemptions');

  const content = () => {
    switch (tab) {
      case 'people':
        return table(
          peopleColumns(t),
          data.operators,
          (row) => row.operatorId,
          ({ operatorId }) => onNarrow({ operatorId }),
        );
      case 'refusals':
        return table(refusalColumns(t, format), data.refusals, (row) => row.code);
      case 'codes':
        return table(
          codeColumns(t, format),
          codes?.batches ?? [],
          (row) => row.batchId,
          ({ batchId }) => go('batches', batchId),
        );
      case 'redemptions':
        return table(redemptionColumns(t, format), redemptions.rows, (row) => row.id);
      default:
        return table(
          measureColumns(t, format, tab),
          [...data.by[tab]].sort(orderOf(tab)),
          (row) => row.key,
          openerOf(tab, onNarrow),
        );
    }
  };
  const shown = content();

  return (
    <Card flush>
      <div className={classes.head}>
        <div className={classes.tabs} role="tablist" aria-label={t('reports.breakdown')}>
          {tabs.map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              className={classes.tab}
              aria-selected={one === tab}
              onClick={() => onTab(one)}
            >
              {t(`reports.tabs.${one}`)}
            </button>
          ))}
        </div>
        <SaveButton
          fileName={`${t(`reports.tabs.${tab}`)} ${filter.from} ${filter.to}.csv`}
          cells={shown.cells}
        />
      </div>
      {shown.element(t(`reports.tabs.${tab}`))}
      {tab === 'redemptions' && redemptions.more !== undefined && (
        <div className={classes.head}>
          <Action onClick={redemptions.more}>{t('common.more')}</Action>
        </div>
      )}
    </Card>
  );
}

/** One table, as it is shown and as it is saved. */
function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  onOpen?: (row: Row) => void,
) {
  return {
    element: (caption: string) => (
      <ReportTable columns={columns} rows={rows} keyOf={keyOf} onOpen={onOpen} caption={caption} />
    ),
    cells: (digits: number): Cell[][] => [
      columns.map(({ title }) => title),
      ...rows.map((row) =>
        columns.map(({ kind, value }) => {
          const cell = value(row);
          return kind === 'money' && typeof cell === 'number' ? decimalText(cell, digits) : cell;
        }),
      ),
    ],
  };
}

function SaveButton({ fileName, cells }: { fileName: string; cells: (digits: number) => Cell[][] }) {
  const { t } = useTranslation();
  const client = useClient();
  const { currency } = useLocation();
  const save = () =>
    void client.saveFile({
      fileName: fileName.replaceAll('/', '-'),
      mime: 'text/csv',
      base64: base64Of(csvText(cells(minorDigits(currency)))),
    });
  return (
    <span className={classes.noPrint}>
      <Action icon={<IconDownload size={20} />} onClick={save}>
        {t('reports.export')}
      </Action>
    </span>
  );
}

function orderOf(dimension: Dimension): (a: ReportRow, b: ReportRow) => number {
  if (dimension === 'day') return (a, b) => (a.key < b.key ? 1 : -1);
  return (a, b) => b.redemptions - a.redemptions;
}

function openerOf(
  dimension: Dimension,
  onNarrow: (part: Narrowing) => void,
): ((row: ReportRow) => void) | undefined {
  switch (dimension) {
    case 'offer':
      return ({ key }) => onNarrow({ offerId: key });
    case 'campaign':
      return ({ key }) => onNarrow({ campaignId: key });
    case 'channel':
      return ({ key }) => {
        const channel = channels.find((one) => one === key);
        if (channel !== undefined) onNarrow({ channel });
      };
    case 'till':
      return ({ key }) => onNarrow({ tillName: key });
    default:
      return undefined;
  }
}
