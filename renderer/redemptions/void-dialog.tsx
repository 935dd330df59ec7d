import { TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { useClient } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { PinField } from '../ui/pin-field.tsx';
import type { Redemption } from './redemption.ts';
import classes from './void-dialog.module.css';

type VoidDialogProps = {
  readonly redemption: Redemption | undefined;
  readonly onClose: () => void;
  readonly onVoided: () => void;
};

const reasons = ['mistake', 'cancelled', 'wrongCode'] as const;

/** Takes a redemption back. Asks for a manager's PIN only when the core says that one is needed. */
export function VoidDialog({ redemption, onClose, onVoided }: VoidDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog open={redemption !== undefined} onClose={onClose} title={t('void.title')}>
      {redemption !== undefined && (
        <VoidForm key={redemption.id} redemption={redemption} onVoided={onVoided} />
      )}
    </Dialog>
  );
}

function VoidForm({ redemption, onVoided }: { redemption: Redemption; onVoided: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  // Pressed again after an answer that was lost, it is the same void.
  const [voidId] = useState(() => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))));
  const [reason, setReason] = useState('');
  const [pin, setPin] = useState('');
  const [needsManager, setNeedsManager] = useState(false);
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    if (refused?.code === 'manager_required' || refused?.code === 'wrong_pin') setNeedsManager(true);
  }, [refused]);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setRefused(undefined);
    const answer = await client.call('redemption.void', {
      redemptionId: redemption.id,
      voidId,
      reason,
      ...(pin === '' ? {} : { managerPin: pin }),
    });
    setBusy(false);
    if (answer.ok) onVoided();
    else setRefused(answer.error);
  }

  return (
    <form className={classes.form} onSubmit={(event) => void submit(event)}>
      <p>
        {t('void.lead', {
          code: redemption.code,
          offer: redemption.offerName,
          amount: format.money(redemption.discountMinor, redemption.currency),
        })}
      </p>
      <div className={classes.reasons}>
        {reasons.map((one) => (
          <Action key={one} onClick={() => setReason(t(`void.reasons.${one}`))}>
            {t(`void.reasons.${one}`)}
          </Action>
        ))}
      </div>
      <TextInput
        label={t('void.reason')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={200}
        required
        data-autofocus
        autoComplete="off"
      />
      {needsManager && <PinField label={t('void.managerPin')} pin={pin} onPin={setPin} />}
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <div className={classes.actions}>
        <Action type="submit" tone="stop" size="xl" busy={busy} disabled={reason.trim() === ''}>
          {t('void.confirm')}
        </Action>
      </div>
    </form>
  );
}
