import { IconMinus, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { minorDigits } from '../i18n/format.ts';
import { refusalSentence } from '../i18n/sentence.ts';
import { useFormat } from '../i18n/use-format.ts';
import classes from './offer-preview.module.css';
import { offerSentence } from './offer-sentence.ts';
import { judgeSample, namedItems, type SampleLine, sampleLines, standIns } from './sample-basket.ts';

const MAX_SAMPLE_QTY = 99;

/** The rule as one sentence, and a receipt that shows it at work while it is still being written. */
export function OfferPreview({ draft }: { draft: OfferDraft | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [lines, setLines] = useState<readonly SampleLine[]>(() => sampleLines(minorDigits(format.currency)));
  const [openedAt] = useState(() => Date.now());
  const channel = channelOf(draft);
  const sample = draft === undefined ? undefined : judgeSample(draft, lines, channel, openedAt);
  const subtotalMinor = lines.reduce((sum, line) => sum + line.qty * line.unitPriceMinor, 0);

  const shippingMinor = sample?.shippingMinor ?? 0;
  const named = draft === undefined ? [] : namedTexts(draft);

  const setQty = (key: SampleLine['key'], qty: number) =>
    setLines((before) =>
      before.map((line) =>
        line.key === key ? { ...line, qty: Math.max(0, Math.min(MAX_SAMPLE_QTY, qty)) } : line,
      ),
    );

  return (
    <aside className={classes.preview} aria-label={t('offerForm.preview')}>
      <div className={classes.rule}>
        <h2 className={classes.ruleTitle}>{t('offerForm.rule')}</h2>
        <p className={classes.sentence} aria-live="polite" data-testid="rule">
          {draft === undefined ? t('offerForm.ruleMissing') : offerSentence(t, format, draft)}
        </p>
      </div>
      <div className={classes.receipt}>
        <h2 className={classes.receiptTitle}>{t('offerForm.sample')}</h2>
        {named.length > 0 && (
          <p className={classes.unit}>
            {t('offerForm.standIns', {
              goods: new Intl.ListFormat(format.locale).format(
                [...standIns].map((key) => t(`offerForm.goods.${key}`)),
              ),
              items: new Intl.ListFormat(format.locale).format(named),
            })}
          </p>
        )}
        <ul className={classes.lines}>
          {lines.map((line, i) => {
            const name = t(`offerForm.goods.${line.key}`);
            const discountMinor = sample?.lineDiscounts[i] ?? 0;
            return (
              <li key={line.key}>
                <span>
                  {name}
                  <span className={classes.unit}>{format.money(line.unitPriceMinor)}</span>
                </span>
                <span className={classes.stepper}>
                  <button
                    type="button"
                    aria-label={t('offerForm.less', { name })}
                    disabled={line.qty === 0}
                    onClick={() => setQty(line.key, line.qty - 1)}
                  >
                    <IconMinus size={18} aria-hidden="true" />
                  </button>
                  <output>{line.qty}</output>
                  <button
                    type="button"
                    aria-label={t('offerForm.more', { name })}
                    onClick={() => setQty(line.key, line.qty + 1)}
                  >
                    <IconPlus size={18} aria-hidden="true" />
                  </button>
                </span>
                <span className={classes.share}>{discountMinor > 0 && format.money(-discountMinor)}</span>
              </li>
            );
          })}
        </ul>
        <dl className={classes.sums} aria-live="polite">
          <div>
            <dt>{t('offerForm.subtotal')}</dt>
            <dd>{format.money(subtotalMinor)}</dd>
          </div>
          {shippingMinor > 0 && (
            <div>
              <dt>{t('offerForm.shipping')}</dt>
              <dd>{format.money(shippingMinor)}</dd>
            </div>
          )}
          <div className={classes.discount}>
            <dt>{t('redeem.discount')}</dt>
            <dd data-testid="sample-discount">{format.money(-(sample?.discountMinor ?? 0))}</dd>
          </div>
          <div className={classes.payable}>
            <dt>{t('redeem.payable')}</dt>
            <dd data-testid="sample-payable">{format.money(sample?.payableMinor ?? subtotalMinor)}</dd>
          </div>
        </dl>
        {sample?.refusal !== undefined && (
          <p className={classes.refusal}>
            {
              refusalSentence(t, format, { code: sample.refusal.code, params: { ...sample.refusal.params } })
                .text
            }
          </p>
        )}
      </div>
    </aside>
  );
}

function namedTexts(draft: OfferDraft): string[] {
  const { categories, skus, tags, brand } = namedItems(draft);
  return [...new Set([...categories, ...skus, ...tags, ...(brand === undefined ? [] : [brand])])];
}

/** The sample is sold where the offer holds: at the counter, unless it is for other channels only. */
function channelOf(draft: OfferDraft | undefined): string {
  const named = draft?.conditions.find((condition) => condition.type === 'channels');
  return named === undefined || named.channels.includes('pos') ? 'pos' : (named.channels[0] ?? 'pos');
}
