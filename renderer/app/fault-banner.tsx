import { IconClockExclamation, IconShieldExclamation } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fault } from '../../shared/contracts/operations/setup.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { PinField } from '../ui/pin-field.tsx';
import { useApp } from './app-store.ts';
import classes from './fault-banner.module.css';

const icons = { clock_set_back: IconClockExclamation, ledger_unanchored: IconShieldExclamation };

/** What is wrong with this till itself, until a manager has answered for it. */
export function FaultBanner() {
  const { t } = useTranslation();
  const fault = useApp((app) => (app.status?.phase === 'ready' ? app.status.faults[0] : undefined));
  const [open, setOpen] = useState(false);
  if (fault === undefined) return null;
  const Icon = icons[fault.kind];
  return (
    <div className={classes.banner} role="alert">
      <Icon size={26} aria-hidden="true" />
      <p>
        <strong>{t(`faults.${fault.kind}.title`)}</strong> {t(`faults.blocks.${fault.blocks}`)}
      </p>
      <Action onClick={() => setOpen(true)}>{t('faults.answer')}</Action>
      <Dialog open={open} onClose={() => setOpen(false)} title={t(`faults.${fault.kind}.title`)}>
        <ClearForm fault={fault} onCleared={() => setOpen(false)} />
      </Dialog>
    </div>
  );
}

function ClearForm({ fault, onCleared }: { fault: Fault; onCleared: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const [managerPin, setManagerPin] = useState('');
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);

  async function clear(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setRefused(undefined);
    const answer = await client.call('faults.clear', {
      kind: fault.kind,
      ...(managerPin === '' ? {} : { managerPin }),
    });
    setBusy(false);
    if (!answer.ok) return setRefused(answer.error);
    const { status } = useApp.getState();
    if (status?.phase === 'ready') useApp.setState({ status: { ...status, faults: answer.value.faults } });
    onCleared();
  }

  return (
    <form className={classes.form} onSubmit={(event) => void clear(event)}>
      <p>{t(`faults.${fault.kind}.text`, { since: format.dateTime(fault.since) })}</p>
      <PinField
        label={t('void.managerPin')}
        pin={managerPin}
        onPin={setManagerPin}
        autoFocus
        required={false}
      />
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <Action type="submit" tone="primary" size="xl" wide busy={busy}>
        {t(`faults.${fault.kind}.clear`)}
      </Action>
    </form>
  );
}
