import { PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../../shared/contracts/operation.ts';
import { MAX_PASSPHRASE_CHARS, MIN_PASSPHRASE_CHARS } from '../../shared/contracts/operations/keys.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { Action } from '../ui/action.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { PIN_DIGITS } from '../ui/pin-pad.tsx';
import classes from './custody.module.css';

/** A new key: it takes a moment, and only the PIN of whoever asks. */
export function RotateForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  return (
    <GuardedForm
      lead={t('keys.rotateLead')}
      action={t('keys.rotate')}
      ready
      call={(pin) => client.call('keys.rotate', { pin })}
      onDone={onDone}
    />
  );
}

/** Sets, changes or removes the passphrase, which is typed twice because nobody can recover it. */
export function PassphraseForm({
  asksForCurrent,
  asksForNext,
  action,
  onDone,
}: {
  asksForCurrent: boolean;
  asksForNext: boolean;
  action: string;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const isLong = next.length >= MIN_PASSPHRASE_CHARS;
  const differs = again !== '' && again !== next;

  return (
    <GuardedForm
      lead={t(asksForNext ? 'keys.passphraseLead' : 'keys.removeLead')}
      action={action}
      ready={(!asksForCurrent || current !== '') && (!asksForNext || (isLong && again === next))}
      call={(pin) =>
        client.call('keys.setPassphrase', {
          pin,
          ...(asksForCurrent ? { current } : {}),
          ...(asksForNext ? { next } : {}),
        })
      }
      onDone={onDone}
    >
      {asksForCurrent && (
        <PasswordInput
          label={t('keys.current')}
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          maxLength={MAX_PASSPHRASE_CHARS}
          autoComplete="off"
          required
          data-autofocus
        />
      )}
      {asksForNext && (
        <>
          <PasswordInput
            label={t('keys.next')}
            description={t('keys.nextHint', { count: MIN_PASSPHRASE_CHARS })}
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
            maxLength={MAX_PASSPHRASE_CHARS}
            autoComplete="new-password"
            required
            data-autofocus={!asksForCurrent || undefined}
          />
          <PasswordInput
            label={t('keys.again')}
            value={again}
            onChange={(event) => setAgain(event.currentTarget.value)}
            error={differs ? t('keys.differ') : undefined}
            maxLength={MAX_PASSPHRASE_CHARS}
            autoComplete="new-password"
            required
          />
        </>
      )}
    </GuardedForm>
  );
}

/** What only an admin does, who shows with their PIN that it is them. */
function GuardedForm({
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
      <TextInput
        label={t('keys.pin')}
        type="password"
        inputMode="numeric"
        autoComplete="off"
        value={pin}
        onChange={(event) => setPin(event.currentTarget.value.replace(/\D/g, '').slice(0, PIN_DIGITS))}
        required
        data-autofocus={children === undefined || undefined}
      />
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
