import { NativeSelect, SegmentedControl } from '@mantine/core';
import { IconPrinter, IconX } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dimension, ReportFilter, ReportRow } from '../../shared/contracts/operations/reports.ts';
import { useQuery } from '../api/use-client.ts';
import { useApp, useLocation } from '../app/app-store.ts';
import { go } from '../app/router.ts';
import { channels } from '../i18n/channels.ts';
import { dayOf } from '../i18n/format.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { DayField } from '../ui/day-field.tsx';
import { isDay } from '../ui/day-text.ts';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import {
  codeColumns,
  measureColumns,
  peopleColumns,
  redemptionColumns,
  refusalColumns,
  type Summary,
} from './breakdowns.ts';
import { ChartCard, chartTimes } from './chart-card.tsx';
import { Everywhere } from './everywhere.tsx';
import { type Range, type RangeName, rangeOf, ranges } from './range.ts';
import classes from './reports.module.css';
import { SheetsCard, sheet } from './sheet.tsx';
import { Tiles } from './tiles.tsx';
import { useRedemptions } from './use-redemptions.ts';

const tabs = [
  'offer',
  'campaign',
  'channel',
  'till',
  'day',
  'weekday',
  'hour',
  'people',
  'refusals',
  'codes',
  'redemptions',
] as const;
type Tab = (typeof tabs)[number];
type Narrowing = Omit<ReportFilter, 'from' | 'to'>;

const scopes = ['here', 'everywhere'] as const;
type Scope = (typeof scopes)[number];

export default function Reports() {
  const { t } = useTranslation();
  const { timeZone } = useLocation();
  const isEnrolled = useApp((app) => app.sync?.mode === 'enrolled');
  const [today] = useState(() => dayOf(Date.now(), timeZone));
  const [name, setName] = useState<RangeName>('month');
  const [own, setOwn] = useState<Range>(() => rangeOf('month', today));
  const [chosen, setScope] = useState<Scope>('here');
  const scope = isEnrolled ? chosen : 'here';
  const range = name === 'own' ? own : rangeOf(name, today);

  return (
    <Page
      title={t('reports.title')}
      action={
        <div className={classes.actions}>
          {isEnrolled && (
            <SegmentedControl
              aria-label={t('reports.where')}
              value={scope}
              onChange={(value) => setScope(scopes.find((one) => one === value) ?? 'here')}
              data={scopes.map((value) => ({ value, label: t(`reports.scopes.${value}`) }))}
            />
          )}
          <Action icon={<IconPrinter size={20} />} onClick={() => window.print()}>
            {t('reports.print')}
          </Action>
        </div>
      }
    >
      <RangeBar name={name} onName={setName} range={range} onOwn={setOwn} />
      {scope === 'here' ? <Here range={range} /> : <Everywhere range={range} />}
    </Page>
  );
}

/** This location, from its own ledger: with or without a network. */
function Here({ range }: { range: Range }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [narrowing, setNarrowing] = useState<Narrowing>({});
  const [tab, setTab] = useState<Tab>('offer');
  const filter = { ...range, ...narrowing };
  const { data, error, loading } = useQuery('reports.summary', filter, [
    'redemption.recorded',
    'catalogue.changed',
  ]);
  const rowsBy = useMemo(
    () => ({ day: byKey(data?.by.day), weekday: byKey(data?.by.weekday), hour: byKey(data?.by.hour) }),
    [data],
  );

  const narrow = (part: Narrowing) => {
    setNarrowing((before) => ({ ...before, ...part }));
    setTab('redemptions');
  };
  return (
    <>
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
          {data.past !== undefined && (
            <Notice tone="info">
              {t('reports.past', {
                redemptions: format.number(data.past.redemptions),
                takenBack: format.number(data.past.takenBack),
                discount: format.money(data.past.discountMinor, data.currency),
              })}
            </Notice>
          )}
          <ChartCard
            range={range}
            times={chartTimes}
            valueAt={(time, key, measure) => rowsBy[time].get(key)?.[measure] ?? 0}
          />
          <Breakdown tab={tab} onTab={setTab} data={data} filter={filter} onNarrow={narrow} />
        </>
      )}
    </>
  );
}

const byKey = (rows: readonly ReportRow[] = []) => new Map(rows.map((row) => [row.key, row]));

type RangeBarProps = {
  readonly name: RangeName;
  readonly onName: (name: RangeName) => void;
  readonly range: Range;
  readonly onOwn: (range: Range) => void;
};

function RangeBar({ name, onName, range, onOwn }: RangeBarProps) {
  const { t } = useTranslation();
  /** What is no day yet. */
  const [typed, setTyped] = useState<Partial<Range>>({});
  const change = (part: Partial<Range>) => {
    const next = { ...range, ...part };
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
      {(['from', 'to'] as const).map((end) => (
        <DayField
          key={end}
          label={t(`reports.${end}`)}
          value={typed[end] ?? range[end]}
          onChange={(value) => {
            setTyped(isDay(value) ? {} : { [end]: value });
            if (isDay(value)) change({ [end]: value });
          }}
        />
      ))}
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
        return sheet(
          peopleColumns(t),
          data.operators,
          (row) => row.operatorId,
          ({ operatorId }) => onNarrow({ operatorId }),
        );
      case 'refusals':
        return sheet(refusalColumns(t, format), data.refusals, (row) => row.code);
      case 'codes':
        return sheet(
          codeColumns(t, format),
          codes?.batches ?? [],
          (row) => row.batchId,
          ({ batchId }) => go('batches', batchId),
        );
      case 'redemptions':
        return sheet(redemptionColumns(t, format), redemptions.rows, (row) => row.id);
      default:
        return sheet(
          measureColumns(t, format, tab),
          [...data.by[tab]].sort(orderOf(tab)),
          (row) => row.key,
          openerOf(tab, onNarrow),
        );
    }
  };
  return (
    <SheetsCard
      tabs={tabs}
      tab={tab}
      onTab={onTab}
      nameOf={(one) => t(`reports.tabs.${one}`)}
      range={filter}
      sheet={content()}
    >
      {tab === 'redemptions' && redemptions.more !== undefined && (
        <div className={classes.head}>
          <Action onClick={redemptions.more}>{t('common.more')}</Action>
        </div>
      )}
    </SheetsCard>
  );
}

function orderOf(dimension: Dimension): (a: ReportRow, b: ReportRow) => number {
  if (dimension === 'day') return (a, b) => (a.key < b.key ? 1 : -1);
  if (dimension === 'weekday' || dimension === 'hour') return (a, b) => Number(a.key) - Number(b.key);
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
