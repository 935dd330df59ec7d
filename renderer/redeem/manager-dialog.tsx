import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { Action } from '../ui/action.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { PinField } from '../ui/pin-field.tsx';
import { PIN_DIGITS } from '../ui/pin-pad.tsx';
import classes from './customer-dialog.module.css';
import { useRedeem } from './redeem-store.ts';

export const useManagerDialog = create<{ open: boolean }>(() => ({ open: false }));

const close = () => useManagerDialog.setState({ open: false });

/** A manager answers for a code that this till may not accept by itself, because nobody can ask the centre. */
export function ManagerDialog() {
  const { t } = useTranslation();
  const open = useManagerDialog((dialog) => dialog.open);
  return (
    <Dialog open={open} onClose={close} title={t('redeem.manager.title')}>
      <ManagerForm />
    </Dialog>
  );
}

function ManagerForm() {
  const { t } = useTranslation();
  const client = useClient();
  const [pin, setPin] = useState('');
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const refusal = await useRedeem.getState().vouch(client, pin);
    setBusy(false);
    setPin('');
    setRefused(refusal);
    if (refusal === undefined) close();
  }

  return (
    <form className={classes.form} onSubmit={(event) => void submit(event)}>
      <p className={classes.lead}>{t('redeem.manager.lead')}</p>
      <PinField label={t('void.managerPin')} pin={pin} onPin={setPin} autoFocus />
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <Action type="submit" tone="primary" size="xl" wide busy={busy} disabled={pin.length !== PIN_DIGITS}>
        {t('redeem.manager.agree')}
      </Action>
    </form>
  );
}
