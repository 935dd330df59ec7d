import { IconArrowLeft, IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient, useQuery } from '../api/use-client.ts';
import { go } from '../app/router.ts';
import { CodeTable } from '../codes/code-table.tsx';
import { useFormat } from '../i18n/use-format.ts';
import { LabelsCard } from '../printing/labels-card.tsx';
import { ReceiptsCard } from '../printing/receipts-card.tsx';
import { Action } from '../ui/action.tsx';
import { Notice } from '../ui/notice.tsx';
import { Card, Page } from '../ui/page.tsx';
import { BatchProgress } from './batch-progress.tsx';
import classes from './batches.module.css';
import { exportBatch } from './export-batch.ts';
import { SerialRanges } from './serial-ranges.tsx';

export function BatchDetail({ batchId }: { batchId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: batch, error } = useQuery('batches.get', { batchId }, [
    'catalogue.changed',
    'redemption.recorded',
    'work.progress',
  ]);
  const [saving, setSaving] = useState(false);
  const client = useClient();

  async function exportCodes(): Promise<void> {
    setSaving(true);
    const file = await exportBatch(client, batchId);
    setSaving(false);
    if (file !== undefined) await client.saveFile(file);
  }

  return (
    <Page
      title={batch?.name ?? ''}
      {...(batch === undefined
        ? {}
        : {
            lead: t('batch.lead', {
              offer: batch.offerName,
              when: format.dateTime(batch.createdAt),
              by: batch.createdBy,
            }),
          })}
      action={
        <div className={classes.buttons}>
          {batch?.state === 'live' && (
            <Action icon={<IconDownload size={20} />} busy={saving} onClick={() => void exportCodes()}>
              {t('batch.export')}
            </Action>
          )}
          <Action tone="plain" icon={<IconArrowLeft size={20} />} onClick={() => go('batches')}>
            {t('newBatch.back')}
          </Action>
        </div>
      }
    >
      {error !== undefined && <Notice tone="warn">{t('batch.gone')}</Notice>}
      {batch !== undefined && (
        <div className={classes.columns}>
          <div className={classes.form}>
            <Card>
              <dl className={classes.numbers}>
                <div>
                  <dt>{t('batch.codes')}</dt>
                  <dd>{format.number(batch.count)}</dd>
                </div>
                <div>
                  <dt>{t('batch.redeemed')}</dt>
                  <dd>{format.number(batch.redeemed)}</dd>
                </div>
                <div>
                  <dt>{t('batch.left')}</dt>
                  <dd>{format.number(batch.count - batch.redeemed)}</dd>
                </div>
              </dl>
            </Card>
            {batch.state === 'live' ? (
              <>
                <Card flush>
                  <CodeTable batchId={batchId} count={batch.count} />
                </Card>
                <SerialRanges batch={batch} />
              </>
            ) : (
              <BatchProgress batch={batch} />
            )}
          </div>
          {batch.state === 'live' && (
            <div className={classes.side}>
              <LabelsCard batch={batch} />
              <ReceiptsCard batchId={batch.id} count={batch.count} />
            </div>
          )}
        </div>
      )}
    </Page>
  );
}
