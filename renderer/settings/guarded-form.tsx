import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../../shared/contracts/operation.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { Action } from '../ui/action.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { PinField } from '../ui/pin-field.tsx';
import { PIN_DIGITS } from '../ui/pin-pad.tsx';
import classes from './custody.module.css';

/** What only an admin does, who shows with their PIN that it is them. */
export function GuardedForm({
  lead,
  action,
  ready,
  call,
  onDone,
  children,
}: {
  lead: string;
  action: string;
  ready: boolean;
  call: (pin: string) => Promise<Answer<unknown>>;
  onDone: () => void;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const [pin, setPin] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal>();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setRefused(undefined);
    const answer = await call(pin);
    setBusy(false);
    if (answer.ok) onDone();
    else setRefused(answer.error);
  }

  return (
    <form className={classes.form} onSubmit={(event) => void submit(event)}>
      <p>{lead}</p>
      {children}
      <PinField label={t('keys.pin')} pin={pin} onPin={setPin} autoFocus={children === undefined} />
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <Action
        type="submit"
        tone="primary"
        size="xl"
        wide
        busy={busy}
        disabled={!ready || pin.length !== PIN_DIGITS}
      >
        {action}
      </Action>
    </form>
  );
}
