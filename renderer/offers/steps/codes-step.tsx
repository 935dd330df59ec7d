import { TextInput } from '@mantine/core';
import { IconStack2, IconUsersGroup } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Choice, Choices } from '../../ui/choice.tsx';
import layout from '../../ui/form.module.css';
import { Card } from '../../ui/page.tsx';
import { useFormFields } from '../form-fields.ts';

export function CodesStep() {
  const { t } = useTranslation();
  const { form, change, text } = useFormFields();
  return (
    <Card title={t('offerForm.codes')}>
      <div className={layout.fields}>
        <Choices legend={t('offerForm.codes')}>
          <Choice
            name="codes"
            checked={form.codes === 'shared'}
            onChoose={() => change({ codes: 'shared' })}
            icon={<IconUsersGroup size={26} />}
            title={t('offerForm.sharedTitle')}
            text={t('offerForm.sharedText')}
          />
          <Choice
            name="codes"
            checked={form.codes === 'unique'}
            onChoose={() => change({ codes: 'unique' })}
            icon={<IconStack2 size={26} />}
            title={t('offerForm.uniqueTitle')}
            text={t('offerForm.uniqueText')}
          />
        </Choices>
        {form.codes === 'shared' && (
          <TextInput
            label={t('offerForm.sharedCode')}
            placeholder={t('offerForm.sharedCodeExample')}
            autoComplete="off"
            autoCapitalize="characters"
            maxLength={40}
            classNames={{ input: layout.code }}
            required
            autoFocus
            {...text('sharedCode')}
          />
        )}
      </div>
    </Card>
  );
}
