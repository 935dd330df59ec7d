import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import type { Batch } from './batch.ts';
import classes from './batches.module.css';

const BASIS_POINTS = 10_000;

/** In whole hundredths: a bar that shows 100 % is done. */
export function doneBp({ done, outOf }: { done: number; outOf: number }): number {
  return outOf === 0 ? 0 : Math.floor(((done / outOf) * BASIS_POINTS) / 100) * 100;
}

/** How far a batch is that is not live, with the way out of it. */
export function BatchProgress({ batch }: { batch: Batch }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const [refused, setRefused] = useState<Refusal>();
  const { state, progress, id: batchId } = batch;

  if (state === 'withdrawn') return <Card title={t('batch.withdrawnTitle')}>{t('batch.removingText')}</Card>;
  if (state === 'live' || progress === undefined) return null;
  const isMaking = state === 'making';
  const { done, outOf, etaMs, stopped } = progress;

  async function act(name: 'batches.cancel' | 'batches.resume'): Promise<void> {
    const answer = await client.call(name, { batchId });
    setRefused(answer.ok ? undefined : answer.error);
  }

  return (
    <Card
      title={isMaking ? t('batch.makingTitle') : t('batch.removingTitle')}
      lead={isMaking ? t('batch.makingText') : t('batch.removingText')}
    >
      <div className={classes.form}>
        <progress
          className={classes.progress}
          max={Math.max(1, outOf)}
          value={done}
          aria-label={isMaking ? t('batch.makingTitle') : t('batch.removingTitle')}
        />
        <p className={classes.between}>
          <span>{t('batch.progress', { percent: format.percent(doneBp(progress)) })}</span>
          {etaMs !== undefined && stopped === undefined && (
            <span>{t('batch.eta', { time: format.age(etaMs) })}</span>
          )}
        </p>
        {stopped !== undefined && <RefusalNotice refusal={{ code: stopped, params: {} }} />}
        {refused !== undefined && <RefusalNotice refusal={refused} />}
        <div className={classes.buttons}>
          {stopped !== undefined && (
            <Action tone="primary" onClick={() => void act('batches.resume')}>
              {t('batch.resume')}
            </Action>
          )}
          {isMaking && <Action onClick={() => void act('batches.cancel')}>{t('batch.cancel')}</Action>}
        </div>
      </div>
    </Card>
  );
}
