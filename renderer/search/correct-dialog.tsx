import { TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { Action } from '../ui/action.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { flash } from '../ui/flash.tsx';
import layout from '../ui/form.module.css';
import { RefusalNotice } from '../ui/notice.tsx';

type CorrectDialogProps = Pick<OutputOf<'search.customer'>, 'customerId' | 'kind'> & {
  readonly open: boolean;
  /** As they are known now. */
  readonly value: string;
  readonly onClose: () => void;
  readonly onCorrected: () => void;
};

/** How a customer is known was typed wrong, or has changed: they keep what they redeemed. */
export function CorrectDialog({ open, onClose, ...form }: CorrectDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog open={open} onClose={onClose} title={t('search.correctTitle')}>
      {open && <CorrectForm {...form} />}
    </Dialog>
  );
}

function CorrectForm({
  customerId,
  kind,
  value: before,
  onCorrected,
}: Omit<CorrectDialogProps, 'open' | 'onClose'>) {
  const { t } = useTranslation();
  const client = useClient();
  const [value, setValue] = useState(before);
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setRefused(undefined);
    const answer = await client.call('customers.correct', { customerId, value });
    setBusy(false);
    if (!answer.ok) return setRefused(answer.error);
    flash(t('search.corrected'));
    onCorrected();
  }

  return (
    <form className={layout.dialog} onSubmit={(event) => void submit(event)}>
      <p>{t('search.correctText')}</p>
      <TextInput
        label={t(`search.kinds.${kind}`)}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        maxLength={200}
        required
        data-autofocus
        autoComplete="off"
      />
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <Action
        type="submit"
        tone="go"
        size="xl"
        wide
        busy={busy}
        disabled={value.trim() === '' || value.trim() === before}
      >
        {t('search.correctSave')}
      </Action>
    </form>
  );
}
