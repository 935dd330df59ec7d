import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import type { Batch } from './batch.ts';
import classes from './batches.module.css';

type Range = OutputOf<'batches.ranges'>['ranges'][number];

const MIN_REASON = 3;
const wholeNumber = (text: string) => (/^\d{1,8}$/.test(text.trim()) ? Number(text) : Number.NaN);

/** "Cards 4000 to 5000 were stolen." */
export function SerialRanges({ batch }: { batch: Batch }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const { data } = useQuery('batches.ranges', { batchId: batch.id }, ['catalogue.changed']);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [reason, setReason] = useState('');
  const [refused, setRefused] = useState<Refusal>();

  const first = wholeNumber(from);
  const last = wholeNumber(to);
  const fits = first >= 1 && first <= last && last <= batch.count;
  const isEntered = from.trim() !== '' && to.trim() !== '';
  const ready = fits && reason.trim().length >= MIN_REASON;

  async function set(status: 'live' | 'void'): Promise<void> {
    const answer = await client.call('batches.setSerials', {
      batchId: batch.id,
      firstSerial: first,
      lastSerial: last,
      status,
      reason: reason.trim(),
    });
    if (!answer.ok) return setRefused(answer.error);
    setRefused(undefined);
    setFrom('');
    setTo('');
    setReason('');
  }

  function wordsOf({ status, firstSerial, lastSerial, reason: why }: Range): string {
    const words = { first: format.number(firstSerial), last: format.number(lastSerial), reason: why };
    return status === 'void' ? t('batch.rangeVoid', words) : t('batch.rangeLive', words);
  }

  return (
    <Card title={t('batch.ranges')} lead={t('batch.rangesLead')}>
      <div className={classes.form}>
        <div className={classes.pair}>
          <TextInput
            label={t('batch.from')}
            inputMode="numeric"
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            label={t('batch.to')}
            inputMode="numeric"
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        </div>
        {isEntered && !fits && (
          <p className={classes.error} role="alert">
            {t('batch.rangeError', { max: format.number(batch.count) })}
          </p>
        )}
        <TextInput
          label={t('batch.reason')}
          value={reason}
          maxLength={200}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {refused !== undefined && <RefusalNotice refusal={refused} />}
        <div className={classes.buttons}>
          <Action tone="stop" disabled={!ready} onClick={() => void set('void')}>
            {t('batch.void')}
          </Action>
          <Action disabled={!ready} onClick={() => void set('live')}>
            {t('batch.activate')}
          </Action>
        </div>
        {data !== undefined && data.ranges.length > 0 && (
          <ul className={classes.list}>
            {data.ranges.toReversed().map((range) => (
              <li key={`${range.at} ${range.firstSerial} ${range.lastSerial} ${range.status}`}>
                {wordsOf(range)}
                <span className={classes.hint}>
                  {t('batch.rangeBy', { when: format.dateTime(range.at), by: range.by })}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}
