import { PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_PASSPHRASE_CHARS, MIN_PASSPHRASE_CHARS } from '../../shared/contracts/operations/keys.ts';
import { useClient } from '../api/use-client.ts';
import { GuardedForm } from './guarded-form.tsx';

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
