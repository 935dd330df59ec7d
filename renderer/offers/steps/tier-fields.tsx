import { NativeSelect, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Action } from '../../ui/action.tsx';
import layout from '../../ui/form.module.css';
import { useFormFields } from '../form-fields.ts';
import type { TierRow } from '../offer-form.ts';
import { MaxDiscount } from './max-discount.tsx';
import classes from './tier-fields.module.css';

const MAX_TIERS = 10;

/** The more is bought, the more comes off. */
export function TierFields() {
  const { t } = useTranslation();
  const { form, change, sign, error, left } = useFormFields();
  const spend = form.tierMeasure === 'spend';
  const percent = form.tierUnit === 'percent';
  const setRow = (index: number, part: Partial<TierRow>) =>
    change({ tiers: form.tiers.map((row, i) => (i === index ? { ...row, ...part } : row)) });
  const wrong = error('tiers');
  return (
    <>
      <div className={layout.pair}>
        <NativeSelect
          label={t('offerForm.tierMeasure')}
          size="md"
          value={form.tierMeasure}
          onChange={({ currentTarget: { value } }) =>
            change({ tierMeasure: value === 'quantity' ? value : 'spend' })
          }
          data={(['spend', 'quantity'] as const).map((value) => ({
            value,
            label: t(`offerForm.tierMeasures.${value}`),
          }))}
        />
        <NativeSelect
          label={t('offerForm.tierUnit')}
          size="md"
          value={form.tierUnit}
          onChange={({ currentTarget: { value } }) =>
            change({ tierUnit: value === 'amount' ? value : 'percent' })
          }
          data={(['percent', 'amount'] as const).map((value) => ({
            value,
            label: t(`offerForm.tierUnits.${value}`),
          }))}
        />
      </div>
      <ol className={classes.rows} aria-label={t('offerForm.tiers')}>
        {form.tiers.map((row, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the list
          <li key={i}>
            <TextInput
              label={t('offerForm.tierFrom', { number: i + 1 })}
              inputMode="decimal"
              rightSection={spend ? sign : undefined}
              value={row.from}
              error={wrong !== undefined && row.from.trim() === ''}
              onBlur={() => left('tiers')}
              onChange={(event) => setRow(i, { from: event.currentTarget.value })}
            />
            <TextInput
              label={t('offerForm.tierValue', { number: i + 1 })}
              inputMode="decimal"
              rightSection={percent ? '%' : sign}
              value={row.value}
              error={wrong !== undefined && row.value.trim() === ''}
              onChange={(event) => setRow(i, { value: event.currentTarget.value })}
            />
            <button
              type="button"
              className={classes.remove}
              aria-label={t('offerForm.tierRemove', { number: i + 1 })}
              disabled={form.tiers.length === 1}
              onClick={() => change({ tiers: form.tiers.filter((_, index) => index !== i) })}
            >
              <IconX size={20} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ol>
      {wrong !== undefined && (
        <p className={classes.error} role="alert">
          {wrong}
        </p>
      )}
      <div>
        <Action
          icon={<IconPlus size={20} />}
          disabled={form.tiers.length >= MAX_TIERS}
          onClick={() => change({ tiers: [...form.tiers, { from: '', value: '' }] })}
        >
          {t('offerForm.tierAdd')}
        </Action>
      </div>
      <MaxDiscount half />
    </>
  );
}
