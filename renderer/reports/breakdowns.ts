import type { Dimension, ReportRow } from '../../shared/contracts/operations/reports.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { channels } from '../i18n/channels.ts';
import type { Translate } from '../i18n/i18n.ts';
import { refusalSentence } from '../i18n/sentence.ts';
import type { Format } from '../i18n/use-format.ts';
import type { Column } from './report-table.tsx';

export type Summary = OutputOf<'reports.summary'>;
export type CodeRow = OutputOf<'reports.codes'>['batches'][number];
export type PersonRow = Summary['operators'][number];
export type RefusalRow = Summary['refusals'][number];
export type RedemptionLine = OutputOf<'reports.rows'>['redemptions'][number];

/** Keys of the ledger as people read them. */
export function labelOf(t: Translate, format: Format, dimension: Dimension, row: ReportRow): string {
  switch (dimension) {
    case 'day':
      return format.day(row.key);
    case 'weekday':
      return format.weekday(Number(row.key));
    case 'hour':
      return format.minuteOfDay(Number(row.key) * 60);
    case 'channel': {
      const known = channels.find((channel) => channel === row.key);
      return known === undefined ? row.key : t(`channels.${known}`);
    }
    default:
      return row.name ?? row.key;
  }
}

export function measureColumns(
  t: Translate,
  format: Format,
  dimension: Dimension,
): readonly Column<ReportRow>[] {
  return [
    {
      title: t(`reports.dimensions.${dimension}`),
      kind: 'text',
      value: (row) => labelOf(t, format, dimension, row),
    },
    { title: t('reports.redemptions'), kind: 'number', value: (row) => row.redemptions },
    { title: t('reports.discount'), kind: 'money', value: (row) => row.discountMinor },
    { title: t('reports.revenue'), kind: 'money', value: (row) => row.payableMinor },
    { title: t('reports.average'), kind: 'money', value: (row) => average(row.subtotalMinor, row.baskets) },
    { title: t('reports.voided'), kind: 'number', value: (row) => row.voided },
  ];
}

export function refusalColumns(t: Translate, format: Format): readonly Column<RefusalRow>[] {
  return [
    {
      title: t('reports.reason'),
      kind: 'text',
      value: ({ code }) => refusalSentence(t, format, { code, params: {} }).text,
    },
    { title: t('reports.refused'), kind: 'number', value: (row) => row.count },
  ];
}

export function peopleColumns(t: Translate): readonly Column<PersonRow>[] {
  return [
    { title: t('reports.dimensions.operator'), kind: 'text', value: (row) => row.name },
    { title: t('reports.redemptions'), kind: 'number', value: (row) => row.redemptions },
    { title: t('reports.averageDiscount'), kind: 'money', value: (row) => row.averageDiscountMinor },
    { title: t('reports.refused'), kind: 'number', value: (row) => row.refused },
    { title: t('reports.unknown'), kind: 'number', value: (row) => row.unknownCodes },
    { title: t('reports.voided'), kind: 'number', value: (row) => row.voided },
    {
      title: t('reports.lookAt'),
      kind: 'text',
      value: (row) => row.signals.map((signal) => t(`reports.signals.${signal}`)).join(', '),
    },
  ];
}

export function codeColumns(t: Translate, format: Format): readonly Column<CodeRow>[] {
  return [
    { title: t('batches.name'), kind: 'text', value: (row) => row.name },
    { title: t('batches.offer'), kind: 'text', value: (row) => row.offerName },
    { title: t('batch.codes'), kind: 'number', value: (row) => row.codes },
    { title: t('batch.redeemed'), kind: 'number', value: (row) => row.redeemed },
    { title: t('reports.rate'), kind: 'percent', value: (row) => row.redeemed / Math.max(1, row.codes) },
    { title: t('reports.unused'), kind: 'number', value: (row) => row.codes - row.redeemed },
    {
      title: t('reports.ends'),
      kind: 'text',
      value: ({ lastDay, over, endsSoon }) => {
        if (lastDay === undefined) return over ? t('reports.over') : '';
        const day = format.day(lastDay);
        if (over) return t('reports.overSince', { day });
        return endsSoon ? t('reports.endsSoon', { day }) : day;
      },
    },
  ];
}

export function redemptionColumns(t: Translate, format: Format): readonly Column<RedemptionLine>[] {
  return [
    { title: t('recent.when'), kind: 'text', value: (row) => format.dateTime(row.redeemedAt) },
    { title: t('recent.code'), kind: 'text', value: (row) => row.code },
    { title: t('recent.offer'), kind: 'text', value: (row) => row.offerName },
    { title: t('recent.by'), kind: 'text', value: (row) => `${row.operatorName}, ${row.tillName}` },
    { title: t('redeem.total'), kind: 'money', value: (row) => row.subtotalMinor },
    { title: t('recent.discount'), kind: 'money', value: (row) => -row.discountMinor },
    {
      title: t('batch.status'),
      kind: 'text',
      value: (row) => statusOf(t, row.status),
    },
  ];
}

function statusOf(t: Translate, status: RedemptionLine['status']): string {
  switch (status) {
    case 'voided':
      return t('recent.voided');
    case 'refunded':
      return t('recent.refunded');
    case 'partly_refunded':
      return t('recent.partlyRefunded');
    case 'redeemed':
      return t('batch.statuses.redeemed');
  }
}

export function average(sum: number, count: number): number {
  return count === 0 ? 0 : Math.round(sum / count);
}
