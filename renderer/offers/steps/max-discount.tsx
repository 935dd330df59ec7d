import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import layout from '../../ui/form.module.css';
import { useFormFields } from '../form-fields.ts';

/** No discount of the offer is larger, whatever the basket. */
export function MaxDiscount({ half = false }: { half?: boolean }) {
  const { t } = useTranslation();
  const { sign, text } = useFormFields();
  return (
    <TextInput
      label={t('offerForm.maxDiscount')}
      placeholder={t('offerForm.noLimit')}
      inputMode="decimal"
      rightSection={sign}
      className={half ? layout.half : undefined}
      {...text('maxDiscount')}
    />
  );
}
