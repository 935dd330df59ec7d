import { useTranslation } from 'react-i18next';
import type { PastEvent } from '../../shared/contracts/operations/search.ts';
import { useFormat } from '../i18n/use-format.ts';

/** What a file of history tells of one row. */
export function PastText({ event }: { event: PastEvent }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { what, discountMinor, currency, offerName, operatorName, tillName } = event;
  const told = [offerName, operatorName, tillName].filter((text) => text !== '');
  return (
    <span>
      {t(`search.pastWhat.${what}`, { amount: format.money(Math.abs(discountMinor), currency) })}
      {told.map((text) => ` · ${text}`)}
    </span>
  );
}
