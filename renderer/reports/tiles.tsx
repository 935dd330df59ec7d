import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import { average, type Summary } from './breakdowns.ts';
import classes from './reports.module.css';

/** The five figures that are asked for first. */
export function Tiles({ data, whole }: { data: Summary; whole: boolean }) {
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

export function Tile({ title, figure, children }: { title: string; figure: string; children: string }) {
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

export function percentBp(part: number, of: number): number {
  return of === 0 ? 0 : Math.round((part / of) * 10_000);
}
