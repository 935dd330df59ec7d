import { Checkbox, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useLocation } from '../../app/app-store.ts';
import { channels } from '../../i18n/channels.ts';
import { dayOf } from '../../i18n/format.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { DayField } from '../../ui/day-field.tsx';
import { isDay } from '../../ui/day-text.ts';
import layout from '../../ui/form.module.css';
import { Notice } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { useFormFields } from '../form-fields.ts';
import { weekdays } from '../offer-form.ts';

export function RulesStep() {
  const { t } = useTranslation();
  const { form, change, text, day, sign, hint } = useFormFields();
  const format = useFormat();
  const { timeZone } = useLocation();
  const isPast = isDay(form.lastDay) && form.lastDay < dayOf(Date.now(), timeZone);
  return (
    <>
      <Card title={t('offerForm.when')}>
        <div className={layout.fields}>
          <div className={layout.pair}>
            <DayField
              label={t('offerForm.firstDay')}
              description={t('offerForm.firstDayHint')}
              autoFocus
              {...day('firstDay')}
            />
            <DayField
              label={t('offerForm.lastDay')}
              description={t('offerForm.lastDayHint')}
              {...day('lastDay')}
            />
          </div>
          {isPast && (
            <Notice tone="info">{t('offerForm.hints.past', { lastDay: format.day(form.lastDay) })}</Notice>
          )}
          <Weekdays />
          <div className={layout.triple}>
            {(['fromTime', 'toTime'] as const).map((field) => (
              <TextInput
                key={field}
                label={t(`offerForm.${field}`)}
                placeholder={field === 'fromTime' ? '00:00' : '24:00'}
                inputMode="numeric"
                {...text(field)}
              />
            ))}
            <TextInput
              label={t('offerForm.afterIssueDays')}
              description={t('offerForm.afterIssueHint')}
              inputMode="numeric"
              {...text('afterIssueDays')}
            />
          </div>
          <Channels />
        </div>
      </Card>
      <Card title={t('offerForm.basketRules')}>
        <div className={layout.fields}>
          <div className={layout.triple}>
            <TextInput
              label={t('offerForm.minSpend')}
              placeholder={t('offerForm.noMinimum')}
              inputMode="decimal"
              rightSection={sign}
              {...text('minSpend')}
            />
            <TextInput
              label={t('offerForm.maxSpend')}
              placeholder={t('offerForm.noLimit')}
              inputMode="decimal"
              rightSection={sign}
              {...text('maxSpend')}
            />
            <TextInput
              label={t('offerForm.minQty')}
              placeholder={t('offerForm.noMinimum')}
              inputMode="numeric"
              {...text('minQty')}
            />
          </div>
          {hint('minSpend') !== undefined && (
            <p className={layout.hint} role="status">
              {hint('minSpend')}
            </p>
          )}
          {form.some && (
            <Switch
              label={t('offerForm.minOnItems')}
              checked={form.minOnItems}
              onChange={(event) => change({ minOnItems: event.currentTarget.checked })}
              classNames={{ body: layout.check }}
            />
          )}
        </div>
      </Card>
      <Card title={t('offerForm.who')}>
        <div className={layout.fields}>
          <div className={layout.checks}>
            <Switch
              label={t('offerForm.customerRequired')}
              checked={form.customerRequired}
              onChange={(event) => change({ customerRequired: event.currentTarget.checked })}
              classNames={{ body: layout.check }}
            />
            <Switch
              label={t('offerForm.firstPurchase')}
              checked={form.firstPurchase}
              onChange={(event) => change({ firstPurchase: event.currentTarget.checked })}
              classNames={{ body: layout.check }}
            />
          </div>
          <div className={layout.pair}>
            <TextInput
              label={t('offerForm.segments')}
              description={t('offerForm.segmentsHint')}
              {...text('segments')}
            />
            <TextInput
              label={t('offerForm.emailDomains')}
              description={t('offerForm.emailDomainsHint')}
              {...text('emailDomains')}
            />
          </div>
        </div>
      </Card>
    </>
  );
}

function Weekdays() {
  const { t } = useTranslation();
  const format = useFormat();
  const { form, change, error, left } = useFormFields();
  return (
    <Checkbox.Group
      label={t('offerForm.weekdays')}
      error={error('weekdays')}
      value={form.weekdays.map(String)}
      onChange={(value) => {
        left('weekdays');
        change({ weekdays: weekdays.filter((day) => value.includes(String(day))) });
      }}
    >
      <div className={layout.checks}>
        {weekdays.map((day) => (
          <Checkbox
            key={day}
            value={String(day)}
            label={format.weekday(day, 'short')}
            classNames={{ body: layout.check }}
          />
        ))}
      </div>
    </Checkbox.Group>
  );
}

function Channels() {
  const { t } = useTranslation();
  const { form, change, error, left } = useFormFields();
  return (
    <Checkbox.Group
      label={t('offerForm.channels')}
      error={error('channels')}
      value={[...form.channels]}
      onChange={(value) => {
        left('channels');
        change({ channels: channels.filter((channel) => value.includes(channel)) });
      }}
    >
      <div className={layout.checks}>
        {channels.map((channel) => (
          <Checkbox
            key={channel}
            value={channel}
            label={t(`channels.${channel}`)}
            classNames={{ body: layout.check }}
          />
        ))}
      </div>
    </Checkbox.Group>
  );
}
