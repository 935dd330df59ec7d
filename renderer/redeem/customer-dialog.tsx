import { SegmentedControl, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { refusalSentence } from '../i18n/sentence.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Dialog } from '../ui/dialog.tsx';
import classes from './customer-dialog.module.css';
import { type Customer, useRedeem } from './redeem-store.ts';

const kinds = ['phone', 'email', 'loyalty'] as const;
const inputTypes = { phone: 'tel', email: 'email', loyalty: 'text' } as const;

export const useCustomerDialog = create<{ open: boolean }>(() => ({ open: false }));

const close = () => useCustomerDialog.setState({ open: false });

export function CustomerDialog() {
  const { t } = useTranslation();
  const open = useCustomerDialog((dialog) => dialog.open);
  return (
    <Dialog open={open} onClose={close} title={t('customer.title')}>
      <CustomerForm />
    </Dialog>
  );
}

function CustomerForm() {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const before = useRedeem((redeem) => redeem.customer);
  const [kind, setKind] = useState<Exclude<Customer['kind'], 'user'>>(
    before === undefined || before.kind === 'user' ? 'phone' : before.kind,
  );
  const [value, setValue] = useState(before?.value ?? '');

  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const sentence = refused && refusalSentence(t, format, refused);

  const take = (customer: Customer | undefined) => {
    useRedeem.getState().setCustomer(customer);
    close();
    if (useRedeem.getState().phase === 'entry') void useRedeem.getState().check(client);
  };

  // The core reads it as the check would: what it cannot read is said at the field, not at the coupon.
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const customer = { kind, value: value.trim() };
    if (customer.value === '') return take(undefined);
    setBusy(true);
    const answer = await client.call('redemption.customer', { customer });
    setBusy(false);
    if (answer.ok) take(answer.value.customer);
    else setRefused(answer.error);
  }

  return (
    <form className={classes.form} onSubmit={(event) => void submit(event)} noValidate>
      <p className={classes.lead}>{t('customer.lead')}</p>
      <SegmentedControl
        fullWidth
        aria-label={t('customer.kind')}
        value={kind}
        onChange={(next) => {
          setKind(kinds.find((one) => one === next) ?? 'phone');
          setRefused(undefined);
        }}
        data={kinds.map((one) => ({ value: one, label: t(`customer.kinds.${one}`) }))}
      />
      <TextInput
        label={t(`customer.kinds.${kind}`)}
        type={inputTypes[kind]}
        value={value}
        onChange={(event) => {
          setValue(event.currentTarget.value);
          setRefused(undefined);
        }}
        error={sentence && `${sentence.text} ${sentence.next}`}
        maxLength={200}
        autoComplete="off"
        data-autofocus
      />
      <div className={classes.actions}>
        {before !== undefined && (
          <Action size="l" tone="stop" onClick={() => take(undefined)}>
            {t('customer.remove')}
          </Action>
        )}
        <Action type="submit" tone="primary" size="xl" hint="Enter" busy={busy}>
          {t('customer.use')}
        </Action>
      </div>
    </form>
  );
}
