import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useQuery } from '../../api/use-client.ts';
import { Choice, Choices } from '../../ui/choice.tsx';
import layout from '../../ui/form.module.css';
import { Card } from '../../ui/page.tsx';
import { useFormFields } from '../form-fields.ts';

const stackingModes = ['stackable', 'group', 'exclusive'] as const;
const offlineModes = ['strict', 'bounded', 'open'] as const;

export function LimitsStep() {
  const { t } = useTranslation();
  const { form, change, text, sign, hint, existing } = useFormFields();
  return (
    <>
      <Card title={t('offerForm.howOften')}>
        <div className={layout.fields}>
          <div className={layout.pair}>
            <TextInput
              label={t('offerForm.total')}
              description={existing ? t('offerForm.totalFixed') : t('offerForm.totalHint')}
              placeholder={t('offerForm.noLimit')}
              inputMode="numeric"
              disabled={existing}
              autoFocus={!existing}
              {...text('total')}
            />
            <TextInput
              label={t('offerForm.perCustomer')}
              description={t('offerForm.perCustomerHint')}
              placeholder={t('offerForm.noLimit')}
              inputMode="numeric"
              {...text('perCustomer')}
            />
          </div>
          <div className={layout.triple}>
            {(['perLocation', 'perDay', 'perOperator'] as const).map((field) => (
              <TextInput
                key={field}
                label={t(`offerForm.${field}`)}
                placeholder={t('offerForm.noLimit')}
                inputMode="numeric"
                {...text(field)}
              />
            ))}
          </div>
        </div>
      </Card>
      <Card title={t('offerForm.money')}>
        <div className={layout.fields}>
          <div className={layout.pair}>
            <TextInput
              label={t('offerForm.budget')}
              description={t('offerForm.budgetHint')}
              placeholder={t('offerForm.noLimit')}
              inputMode="decimal"
              rightSection={sign}
              {...text('budget')}
            />
            <CampaignSelect />
          </div>
          {hint('budget') !== undefined && (
            <p className={layout.hint} role="status">
              {hint('budget')}
            </p>
          )}
          {form.budget.trim() !== '' && (
            <Switch
              label={t('offerForm.budgetPartial')}
              checked={form.budgetPartial}
              onChange={(event) => change({ budgetPartial: event.currentTarget.checked })}
              classNames={{ body: layout.check }}
            />
          )}
        </div>
      </Card>
      <Card title={t('offerForm.stacking')}>
        <div className={layout.fields}>
          <Choices legend={t('offerForm.stacking')}>
            {stackingModes.map((mode) => (
              <Choice
                key={mode}
                name="stacking"
                checked={form.stacking === mode}
                onChoose={() => change({ stacking: mode })}
                title={t(`offerForm.stackings.${mode}.title`)}
                text={t(`offerForm.stackings.${mode}.text`)}
              />
            ))}
          </Choices>
          <div className={layout.pair}>
            {form.stacking === 'group' && (
              <TextInput
                label={t('offerForm.group')}
                description={t('offerForm.groupHint')}
                required
                {...text('group')}
              />
            )}
            <TextInput
              label={t('offerForm.priority')}
              description={t('offerForm.priorityHint')}
              inputMode="numeric"
              {...text('priority')}
            />
          </div>
        </div>
      </Card>
      {form.total.trim() !== '' && <OfflineCard />}
    </>
  );
}

function CampaignSelect() {
  const { t } = useTranslation();
  const { form, change } = useFormFields();
  const { data } = useQuery('campaigns.list', {});
  const open = data?.campaigns.filter(({ archived, id }) => !archived || id === form.campaignId) ?? [];
  return (
    <NativeSelect
      label={t('offerForm.campaign')}
      description={t('offerForm.campaignHint')}
      size="md"
      value={form.campaignId}
      onChange={(event) => change({ campaignId: event.currentTarget.value })}
      data={[
        { value: '', label: t('offerForm.noCampaign') },
        ...open.map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  );
}

/** What a till may do when its own uses are gone and nobody can be asked. */
function OfflineCard() {
  const { t } = useTranslation();
  const { form, change, text, sign } = useFormFields();
  return (
    <Card title={t('offerForm.offline')} lead={t('offerForm.offlineLead')}>
      <div className={layout.fields}>
        <Choices legend={t('offerForm.offline')}>
          {offlineModes.map((mode) => (
            <Choice
              key={mode}
              name="offline"
              checked={form.offline === mode}
              onChoose={() => change({ offline: mode })}
              title={t(`offerForm.offlines.${mode}.title`)}
              text={t(`offerForm.offlines.${mode}.text`)}
            />
          ))}
        </Choices>
        {form.offline === 'bounded' && (
          <>
            <div className={layout.triple}>
              <TextInput
                label={t('offerForm.offlineMax')}
                inputMode="decimal"
                rightSection={sign}
                required
                {...text('offlineMax')}
              />
              <TextInput
                label={t('offerForm.offlineUses')}
                inputMode="numeric"
                required
                {...text('offlineUses')}
              />
              <TextInput
                label={t('offerForm.offlineDays')}
                inputMode="numeric"
                required
                {...text('offlineDays')}
              />
            </div>
            <Switch
              label={t('offerForm.offlinePin')}
              checked={form.offlinePin}
              onChange={(event) => change({ offlinePin: event.currentTarget.checked })}
              classNames={{ body: layout.check }}
            />
          </>
        )}
      </div>
    </Card>
  );
}
