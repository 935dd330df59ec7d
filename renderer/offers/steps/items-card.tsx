import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import layout from '../../ui/form.module.css';
import { Card } from '../../ui/page.tsx';
import { useFormFields } from '../form-fields.ts';
import { targets } from '../offer-form.ts';

/** On what the discount is given: the whole basket, or some of its items. */
export function ItemsCard() {
  const { t } = useTranslation();
  const { form, change, text } = useFormFields();
  const whole =
    form.kind === 'percent' || form.kind === 'tiers' || (form.kind === 'fixed' && form.per === 'total');
  const hasTarget = form.kind !== 'bundle' && form.kind !== 'buyGet';
  const offered = targets.filter((target) => whole || target !== 'order');
  const target = offered.includes(form.target) ? form.target : 'items';
  const picks = target === 'cheapest' || target === 'dearest';
  return (
    <Card title={t('offerForm.onWhat')}>
      <div className={layout.fields}>
        {hasTarget && (
          <div className={layout.pair}>
            <NativeSelect
              label={t('offerForm.target')}
              size="md"
              value={target}
              onChange={({ currentTarget: { value } }) =>
                change({ target: targets.find((one) => one === value) ?? 'order' })
              }
              data={offered.map((value) => ({ value, label: t(`offerForm.targets.${value}`) }))}
            />
            {picks && (
              <TextInput label={t('offerForm.pickUnits')} inputMode="numeric" {...text('pickUnits')} />
            )}
          </div>
        )}
        <div className={layout.checks}>
          <Switch
            label={t('offerForm.some')}
            checked={form.some}
            onChange={(event) => change({ some: event.currentTarget.checked })}
            classNames={{ body: layout.check }}
          />
          <Switch
            label={t('offerForm.skipReduced')}
            checked={form.skipReduced}
            onChange={(event) => change({ skipReduced: event.currentTarget.checked })}
            classNames={{ body: layout.check }}
          />
        </div>
        {form.some && (
          <>
            <p className={layout.quiet}>{t('offerForm.commas')}</p>
            <div className={layout.triple}>
              <TextInput label={t('offerForm.categories')} {...text('categories')} />
              <TextInput label={t('offerForm.brands')} {...text('brands')} />
              <TextInput label={t('offerForm.skus')} {...text('skus')} />
            </div>
            <div className={layout.triple}>
              <TextInput label={t('offerForm.exceptCategories')} {...text('exceptCategories')} />
              <TextInput label={t('offerForm.exceptBrands')} {...text('exceptBrands')} />
              <TextInput label={t('offerForm.exceptSkus')} {...text('exceptSkus')} />
            </div>
          </>
        )}
      </div>
    </Card>
  );
}
