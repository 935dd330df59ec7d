import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { refusalSentence } from '../i18n/sentence.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useSlow } from '../ui/use-slow.ts';
import { useRedeem } from './redeem-store.ts';
import classes from './result-panel.module.css';

type PanelProps = {
  readonly tone: 'idle' | 'ask' | 'go' | 'stop' | 'done';
  readonly children: ReactNode;
  readonly stub?: ReactNode;
  readonly live?: boolean;
};

/** A ticket: what is decided above the perforation, what to do now on the stub. */
export function Ticket({ tone, children, stub, live = true }: PanelProps) {
  const stale = useRedeem((redeem) => redeem.stale);
  const isSlow = useSlow(useRedeem((redeem) => redeem.phase === 'checking'));
  const busy = stale || isSlow;
  return (
    <section
      className={classes.ticket}
      data-tone={tone}
      data-busy={busy || undefined}
      aria-live={live ? 'assertive' : undefined}
      aria-busy={busy || undefined}
      data-testid="result"
    >
      <div className={classes.body}>{children}</div>
      {stub !== undefined && <div className={classes.stub}>{stub}</div>}
    </section>
  );
}

/** The one number that matters, as large as the panel allows for its length. */
export function Payable({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <div className={classes.payableRow}>
      <dt>{t('redeem.payable')}</dt>
      <dd
        className={classes.payable}
        data-length={text.length > 11 ? 'long' : text.length > 8 ? 'middle' : 'short'}
        data-testid="payable"
      >
        {text}
      </dd>
    </div>
  );
}

export function Sentence({ refusal }: { refusal: Refusal }) {
  const { t } = useTranslation();
  const sentence = refusalSentence(t, useFormat(), refusal);
  return (
    <p className={classes.small} data-testid="also-refused" data-code={refusal.code}>
      <strong>{sentence.text}</strong> {sentence.next}
    </p>
  );
}

/** Takes one code off the sale. */
export function RemoveCode({ entered, name }: { entered: string; name: string }) {
  const { t } = useTranslation();
  const client = useClient();
  return (
    <button
      type="button"
      className={classes.remove}
      aria-label={t('redeem.removeCode', { code: name })}
      onClick={() => void useRedeem.getState().removeCode(client, entered)}
    >
      <IconX size={20} aria-hidden="true" />
    </button>
  );
}
