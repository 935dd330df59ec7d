import { Checkbox, Switch, TextInput } from '@mantine/core';
import { IconArrowLeft, IconCoin, IconPercentage, IconStack2, IconUsersGroup } from '@tabler/icons-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { useClient } from '../api/use-client.ts';
import { useLocation } from '../app/app-store.ts';
import { go } from '../app/router.ts';
import { channels } from '../i18n/channels.ts';
import { currencySign, minorDigits } from '../i18n/format.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import hidden from '../ui/hidden.module.css';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, Page } from '../ui/page.tsx';
import classes from './new-offer.module.css';
import { emptyOfferForm, type OfferForm, type OfferFormField, readOfferForm } from './offer-form.ts';
import { OfferPreview } from './offer-preview.tsx';

export function NewOffer() {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const location = useLocation();
  const [form, setForm] = useState<OfferForm>(emptyOfferForm);
  const [shown, setShown] = useState<ReadonlySet<OfferFormField>>(new Set());
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  // One per form: sending it again after a lost answer makes no second offer.
  const [requestId] = useState(() => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))));

  const digits = minorDigits(location.currency);
  const { draft, errors } = readOfferForm(form, {
    currency: location.currency,
    digits,
    timeZone: location.timeZone,
  });
  const change = (part: Partial<OfferForm>) => setForm((before) => ({ ...before, ...part }));

  /** A mistake is shown once its field was left, all of them after the button was pressed. */
  const errorOf = (field: OfferFormField): string | undefined => {
    const error = errors[field];
    return error !== undefined && shown.has(field) ? t(`offerForm.errors.${error}`) : undefined;
  };
  const left = (field: OfferFormField) => () => setShown((before) => new Set(before).add(field));
  const text = (
    field:
      | 'name'
      | 'percent'
      | 'amount'
      | 'maxDiscount'
      | 'minSpend'
      | 'total'
      | 'perCustomer'
      | 'sharedCode'
      | 'firstDay'
      | 'lastDay',
  ) => ({
    value: form[field],
    error: errorOf(field),
    onBlur: left(field),
    onChange: (event: { currentTarget: HTMLInputElement }) => change({ [field]: event.currentTarget.value }),
  });
  const sign = currencySign(location.currency, format.locale);

  async function create(event: FormEvent): Promise<void> {
    event.preventDefault();
    setShown(new Set(Object.keys(errors) as OfferFormField[]));
    if (draft === undefined || Object.keys(errors).length > 0) return;
    setBusy(true);
    setRefused(undefined);
    const answer = await client.call('offers.create', {
      requestId,
      draft,
      ...(form.codes === 'shared' ? { sharedCode: form.sharedCode.trim() } : {}),
    });
    setBusy(false);
    if (!answer.ok) setRefused(answer.error);
    else if (form.codes === 'unique') go('batches', `new:${answer.value.offer.id}`);
    else go('offers');
  }

  return (
    <Page
      title={t('offerForm.title')}
      action={
        <Action tone="plain" icon={<IconArrowLeft size={20} />} onClick={() => go('offers')}>
          {t('offerForm.back')}
        </Action>
      }
    >
      <div className={classes.columns}>
        <form className={classes.form} onSubmit={(event) => void create(event)} noValidate>
          <Card title={t('offerForm.what')}>
            <div className={classes.fields}>
              <TextInput
                label={t('offerForm.name')}
                description={t('offerForm.nameHint')}
                maxLength={120}
                required
                autoFocus
                {...text('name')}
              />
              <Choices legend={t('offerForm.kind')}>
                <Choice
                  name="kind"
                  checked={form.kind === 'percent'}
                  onChoose={() => change({ kind: 'percent' })}
                  icon={<IconPercentage size={26} />}
                  title={t('offerForm.percentTitle')}
                  text={t('offerForm.percentText')}
                />
                <Choice
                  name="kind"
                  checked={form.kind === 'fixed'}
                  onChoose={() => change({ kind: 'fixed' })}
                  icon={<IconCoin size={26} />}
                  title={t('offerForm.fixedTitle')}
                  text={t('offerForm.fixedText')}
                />
              </Choices>
              <div className={classes.pair}>
                {form.kind === 'percent' ? (
                  <TextInput
                    label={t('offerForm.percent')}
                    inputMode="decimal"
                    rightSection="%"
                    required
                    {...text('percent')}
                  />
                ) : (
                  <TextInput
                    label={t('offerForm.amount')}
                    inputMode="decimal"
                    rightSection={sign}
                    required
                    {...text('amount')}
                  />
                )}
                {form.kind === 'percent' && (
                  <TextInput
                    label={t('offerForm.maxDiscount')}
                    placeholder={t('offerForm.noLimit')}
                    inputMode="decimal"
                    rightSection={sign}
                    {...text('maxDiscount')}
                  />
                )}
              </div>
            </div>
          </Card>

          <Card title={t('offerForm.when')}>
            <div className={classes.fields}>
              <div className={classes.pair}>
                <TextInput
                  type="date"
                  label={t('offerForm.firstDay')}
                  description={t('offerForm.firstDayHint')}
                  {...text('firstDay')}
                />
                <TextInput
                  type="date"
                  label={t('offerForm.lastDay')}
                  description={t('offerForm.lastDayHint')}
                  {...text('lastDay')}
                />
              </div>
              <TextInput
                label={t('offerForm.minSpend')}
                placeholder={t('offerForm.noMinimum')}
                inputMode="decimal"
                rightSection={sign}
                className={classes.half}
                {...text('minSpend')}
              />
              <Checkbox.Group
                label={t('offerForm.channels')}
                error={errorOf('channels')}
                value={[...form.channels]}
                onChange={(value) => {
                  left('channels')();
                  change({ channels: channels.filter((channel) => value.includes(channel)) });
                }}
              >
                <div className={classes.checks}>
                  {channels.map((channel) => (
                    <Checkbox
                      key={channel}
                      value={channel}
                      label={t(`channels.${channel}`)}
                      classNames={{ body: classes.check }}
                    />
                  ))}
                </div>
              </Checkbox.Group>
            </div>
          </Card>

          <Card title={t('offerForm.howOften')}>
            <div className={classes.fields}>
              <div className={classes.pair}>
                <TextInput
                  label={t('offerForm.total')}
                  description={t('offerForm.totalHint')}
                  placeholder={t('offerForm.noLimit')}
                  inputMode="numeric"
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
              <Switch
                label={t('offerForm.combinable')}
                checked={form.combinable}
                onChange={(event) => change({ combinable: event.currentTarget.checked })}
                classNames={{ body: classes.check }}
              />
            </div>
          </Card>

          <Card title={t('offerForm.codes')}>
            <div className={classes.fields}>
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
                  placeholder="SUMMER10"
                  autoComplete="off"
                  autoCapitalize="characters"
                  maxLength={40}
                  classNames={{ input: classes.code }}
                  required
                  {...text('sharedCode')}
                />
              )}
            </div>
          </Card>

          {refused !== undefined && <RefusalNotice refusal={refused} />}
          <Action type="submit" tone="primary" size="xl" wide busy={busy}>
            {form.codes === 'shared' ? t('offerForm.create') : t('offerForm.createAndBatch')}
          </Action>
        </form>
        <OfferPreview draft={draft} />
      </div>
    </Page>
  );
}

function Choices({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset className={classes.choices}>
      <legend className={hidden.hidden}>{legend}</legend>
      {children}
    </fieldset>
  );
}

type ChoiceProps = {
  readonly name: string;
  readonly checked: boolean;
  readonly onChoose: () => void;
  readonly icon: ReactNode;
  readonly title: string;
  readonly text: string;
};

/** A radio button as large as what it decides. */
function Choice({ name, checked, onChoose, icon, title, text }: ChoiceProps) {
  return (
    <label className={classes.choice} data-checked={checked || undefined}>
      <input type="radio" name={name} checked={checked} onChange={onChoose} className={hidden.hidden} />
      <span aria-hidden="true">{icon}</span>
      <span>
        <span className={classes.choiceTitle}>{title}</span>
        <span className={classes.choiceText}>{text}</span>
      </span>
    </label>
  );
}
