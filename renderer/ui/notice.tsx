import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { refusalSentence } from '../i18n/sentence.ts';
import { useFormat } from '../i18n/use-format.ts';
import classes from './notice.module.css';

const icons = { stop: IconAlertTriangle, warn: IconAlertTriangle, go: IconCircleCheck, info: IconInfoCircle };

export function Notice({ tone, children }: { tone: keyof typeof icons; children: ReactNode }) {
  const Icon = icons[tone];
  return (
    <div className={classes.notice} data-tone={tone} role={tone === 'stop' ? 'alert' : 'status'}>
      <Icon size={22} aria-hidden="true" />
      <div>{children}</div>
    </div>
  );
}

/** Why an operation was refused, and what to do now. */
export function RefusalNotice({ refusal }: { refusal: Refusal }) {
  const { t } = useTranslation();
  const sentence = refusalSentence(t, useFormat(), refusal);
  return (
    <Notice tone="stop">
      <strong>{sentence.text}</strong> {sentence.next}
    </Notice>
  );
}
