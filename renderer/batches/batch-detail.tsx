import { NumberInput, Select, Switch } from '@mantine/core';
import { IconArrowLeft, IconDownload, IconPrinter } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { go } from '../app/router.ts';
import { CodeTable } from '../codes/code-table.tsx';
import { useFormat } from '../i18n/use-format.ts';
import { ReceiptsCard } from '../printing/receipts-card.tsx';
import { Action } from '../ui/action.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Card, Page } from '../ui/page.tsx';
import { BatchProgress } from './batch-progress.tsx';
import classes from './batches.module.css';
import type { Batch } from './batches.tsx';
import { exportBatch } from './export-batch.ts';
import { SerialRanges } from './serial-ranges.tsx';
import { SheetPicture } from './sheet-picture.tsx';
import { labelsPerSheet, sheets, sheetsNeeded, type Template, templates } from './sheets.ts';

export function BatchDetail({ batchId }: { batchId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: batch, error } = useQuery('batches.get', { batchId }, [
    'catalogue.changed',
    'redemption.recorded',
    'work.progress',
  ]);
  const [round, setRound] = useState(0);
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
                  <CodeTable key={round} batchId={batchId} count={batch.count} />
                </Card>
                <SerialRanges batch={batch} onChanged={() => setRound((n) => n + 1)} />
              </>
            ) : (
              <BatchProgress batch={batch} />
            )}
          </div>
          {batch.state === 'live' && (
            <div className={classes.side}>
              <PrintCard batch={batch} />
              <ReceiptsCard batchId={batch.id} count={batch.count} />
            </div>
          )}
        </div>
      )}
    </Page>
  );
}

function PrintCard({ batch }: { batch: Batch }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const [template, setTemplate] = useState<Template>('L7160');
  const [startAt, setStartAt] = useState<number | string>(1);
  const [outline, setOutline] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal>();
  const [made, setMade] = useState<{ fileName: string; labels: number; pages: number }>();

  const perSheet = labelsPerSheet(template);
  const first = typeof startAt === 'number' && startAt >= 1 && startAt <= perSheet ? startAt : undefined;

  async function print(): Promise<void> {
    if (first === undefined) return;
    setBusy(true);
    setRefused(undefined);
    setMade(undefined);
    const answer = await client.call('labels.render', {
      batchId: batch.id,
      template,
      startAt: first,
      outline,
    });
    setBusy(false);
    if (!answer.ok) return setRefused(answer.error);
    const kept = await client.saveFile(answer.value);
    if (!kept.ok) return setRefused(kept.error);
    if (kept.value.saved) setMade(answer.value);
  }

  return (
    <Card title={t('print.title')} lead={t('print.lead')}>
      <div className={classes.form}>
        <Select
          label={t('print.template')}
          data={templates.map((one) => ({
            value: one,
            label: t('print.templateName', { name: one, size: sheets[one].size }),
          }))}
          value={template}
          onChange={(value) => {
            const next = templates.find((one) => one === value);
            if (next === undefined) return;
            setTemplate(next);
          }}
        />
        <SheetPicture template={template} startAt={first ?? 1} labels={batch.count} onStartAt={setStartAt} />
        <NumberInput
          label={t('print.startAt')}
          description={t('print.startAtHint')}
          min={1}
          max={perSheet}
          clampBehavior="none"
          allowDecimal={false}
          allowNegative={false}
          value={startAt}
          onChange={setStartAt}
          error={first === undefined ? t('print.startAtError', { max: perSheet }) : undefined}
        />
        <Switch
          label={t('print.outline')}
          checked={outline}
          onChange={(event) => setOutline(event.currentTarget.checked)}
        />
        {refused !== undefined && <RefusalNotice refusal={refused} />}
        {made !== undefined && (
          <Notice tone="go">
            {t('print.made', { labels: format.number(made.labels), count: made.pages, file: made.fileName })}
          </Notice>
        )}
        <Action
          tone="primary"
          size="xl"
          wide
          busy={busy}
          disabled={first === undefined}
          icon={<IconPrinter size={24} />}
          onClick={() => void print()}
        >
          {busy
            ? t('print.busy')
            : t('print.print', { count: sheetsNeeded(template, batch.count, first ?? 1) })}
        </Action>
      </div>
    </Card>
  );
}
