import { SegmentedControl, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
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
  const before = useRedeem((redeem) => redeem.customer);
  const [kind, setKind] = useState<Exclude<Customer['kind'], 'user'>>(
    before === undefined || before.kind === 'user' ? 'phone' : before.kind,
  );
  const [value, setValue] = useState(before?.value ?? '');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    useRedeem.getState().setCustomer(value.trim() === '' ? undefined : { kind, value: value.trim() });
    close();
  };

  return (
    <form className={classes.form} onSubmit={submit}>
      <p className={classes.lead}>{t('customer.lead')}</p>
      <SegmentedControl
        fullWidth
        aria-label={t('customer.kind')}
        value={kind}
        onChange={(next) => setKind(kinds.find((one) => one === next) ?? 'phone')}
        data={kinds.map((one) => ({ value: one, label: t(`customer.kinds.${one}`) }))}
      />
      <TextInput
        label={t(`customer.kinds.${kind}`)}
        type={inputTypes[kind]}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        maxLength={200}
        autoComplete="off"
        data-autofocus
      />
      <div className={classes.actions}>
        {before !== undefined && (
          <Action
            size="l"
            tone="stop"
            onClick={() => {
              useRedeem.getState().setCustomer(undefined);
              close();
            }}
          >
            {t('customer.remove')}
          </Action>
        )}
        <Action type="submit" tone="primary" size="xl" hint="Enter">
          {t('customer.use')}
        </Action>
      </div>
    </form>
  );
}
