import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import classes from './reports.module.css';

export type Point = { readonly label: string; readonly value: number };

type ChartProps = {
  readonly points: readonly Point[];
  /** What a value is, for the label under the pointer. */
  readonly name: string;
  readonly format: (value: number) => string;
};

const HEIGHT = 220;

/** Bars over time. The same figures stand in a table below, which is what screen readers get. */
export default function Chart({ points, name, format }: ChartProps) {
  return (
    <div className={classes.chart} aria-hidden="true">
      <ResponsiveContainer width="100%" height={HEIGHT} initialDimension={{ width: 600, height: HEIGHT }}>
        <BarChart
          data={[...points]}
          accessibilityLayer={false}
          margin={{ top: 8, right: 28, bottom: 0, left: 8 }}
        >
          <CartesianGrid vertical={false} stroke="var(--cf-line)" />
          <XAxis
            dataKey="label"
            tickLine={false}
            axisLine={{ stroke: 'var(--cf-line-strong)' }}
            tick={{ fill: 'var(--cf-muted)', fontSize: 13 }}
            minTickGap={16}
          />
          <YAxis
            width={64}
            tickLine={false}
            axisLine={false}
            allowDecimals={false}
            tick={{ fill: 'var(--cf-muted)', fontSize: 13 }}
            tickFormatter={format}
          />
          <Tooltip
            cursor={{ fill: 'var(--cf-sunken)' }}
            formatter={(value) => [format(Number(value)), name]}
            contentStyle={{
              background: 'var(--cf-raised)',
              border: '1px solid var(--cf-line-strong)',
              borderRadius: 8,
              color: 'var(--cf-text)',
            }}
            itemStyle={{ color: 'var(--cf-text)' }}
            isAnimationActive={false}
          />
          <Bar
            dataKey="value"
            fill="var(--cf-brand-strong)"
            radius={[4, 4, 0, 0]}
            isAnimationActive={false}
          />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
