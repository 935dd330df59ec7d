import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import { Notice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import { Tag } from '../ui/tag.tsx';
import classes from './batches.module.css';
import { type Prospects, ratingTones } from './code-prospects.ts';

/** From here on nobody can read the digits: a power of ten says more. */
const READABLE = 1e15;

/** How hard it is to hit a code by guessing, and whether the format has enough of them. */
export function GuessCard({ outlook, count }: { outlook: Prospects; count: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { rating, chancePerGuess, space, usable, expectedCollisions, rudeBp } = outlook;
  const compact = new Intl.NumberFormat(format.locale, {
    maximumSignificantDigits: 2,
    notation: 'compact',
    compactDisplay: 'long',
  });
  const large = (value: number) =>
    value < READABLE
      ? format.number(value)
      : new Intl.NumberFormat(format.locale, { notation: 'scientific', maximumFractionDigits: 1 }).format(
          value,
        );
  return (
    <Card title={t('newBatch.guess')}>
      <div className={classes.form} aria-live="polite">
        {count > usable && (
          <Notice tone="stop">
            {t('newBatch.tooFew', {
              space: large(space),
              usable: large(usable),
              count: format.number(count),
            })}
          </Notice>
        )}
        <div>
          <Tag tone={ratingTones[rating]}>{t(`formats.rating.${rating}`)}</Tag>
        </div>
        <p>
          {chancePerGuess >= 1
            ? t('newBatch.everyGuess')
            : t('newBatch.oneIn', { number: compact.format(1 / chancePerGuess) })}
        </p>
        <p>{t(`newBatch.advice.${rating}`)}</p>
        <dl className={classes.facts}>
          <dt>{t('newBatch.space')}</dt>
          <dd>{large(space)}</dd>
          <dt>{t('newBatch.collisions')}</dt>
          <dd>{format.number(Math.round(expectedCollisions))}</dd>
          <dt>{t('newBatch.rude')}</dt>
          <dd>{format.percent(rudeBp)}</dd>
        </dl>
      </div>
    </Card>
  );
}
