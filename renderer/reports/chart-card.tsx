import { SegmentedControl } from '@mantine/core';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import { Card } from '../ui/page.tsx';
import { daysOf, type Range } from './range.ts';
import classes from './reports.module.css';

// The charts are by far the largest part of this screen: its figures are there before them.
const Chart = lazy(() => import('./charts.tsx'));

export const chartTimes = ['day', 'weekday', 'hour'] as const;
export type ChartTime = (typeof chartTimes)[number];
const chartMeasures = ['redemptions', 'discountMinor', 'payableMinor'] as const;
export type ChartMeasure = (typeof chartMeasures)[number];

/** As many as one report covers. */
const MAX_DAYS = 400;
const HOURS = 24;
const WEEKDAYS = 7;

type ChartCardProps = {
  readonly range: Range;
  readonly times: readonly ChartTime[];
  readonly valueAt: (time: ChartTime, key: string, measure: ChartMeasure) => number;
};

/** Bars over days, weekdays or hours: an empty one is a bar too. */
export function ChartCard({ range, times, valueAt }: ChartCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [time, setTime] = useState<ChartTime>('day');
  const [measure, setMeasure] = useState<ChartMeasure>('redemptions');
  const keys = useMemo(() => {
    if (time === 'day') return daysOf(range, MAX_DAYS);
    const first = time === 'weekday' ? 1 : 0;
    return Array.from({ length: time === 'weekday' ? WEEKDAYS : HOURS }, (_, i) => String(i + first));
  }, [time, range]);
  const isMoney = measure !== 'redemptions';
  const points = keys.map((key) => ({
    label: shortLabel(format, time, key),
    value: valueAt(time, key, measure),
  }));
  return (
    <Card flush>
      <div className={classes.head}>
        {times.length > 1 ? (
          <SegmentedControl
            aria-label={t('reports.chartTime')}
            value={time}
            onChange={(value) => setTime(chartTimes.find((one) => one === value) ?? 'day')}
            data={times.map((value) => ({ value, label: t(`reports.dimensions.${value}`) }))}
          />
        ) : (
          <span />
        )}
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
