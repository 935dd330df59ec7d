import { NumberInput, Select, Switch } from '@mantine/core';
import { IconArrowLeft, IconPrinter } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { go } from '../app/router.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { CodeText } from '../ui/code-text.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Card, Page } from '../ui/page.tsx';
import table from '../ui/table.module.css';
import { Tag, type TagTone } from '../ui/tag.tsx';
import classes from './batches.module.css';
import type { Batch } from './batches.tsx';
import { SheetPicture } from './sheet-picture.tsx';
import { labelsPerSheet, sheets, sheetsNeeded, type Template, templates } from './sheets.ts';

type Codes = OutputOf<'batches.codes'>;

const BATCHES_SEARCHED = 200;
const PAGE = 50;

export function BatchDetail({ batchId }: { batchId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const batches = useQuery('batches.list', { limit: BATCHES_SEARCHED }, [
    'catalogue.changed',
    'redemption.recorded',
  ]);
  const batch = batches.data?.batches.find((one) => one.id === batchId);

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
        <Action tone="plain" icon={<IconArrowLeft size={20} />} onClick={() => go('batches')}>
          {t('newBatch.back')}
        </Action>
      }
    >
      {batches.data !== undefined && batch === undefined && <Notice tone="warn">{t('batch.gone')}</Notice>}
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
            <CodesCard batchId={batchId} />
          </div>
          <div className={classes.sticky}>
            <PrintCard batch={batch} />
          </div>
        </div>
      )}
    </Page>
  );
}

const statusTones: Record<Codes['codes'][number]['status'], TagTone> = {
  live: 'go',
  redeemed: 'quiet',
  void: 'stop',
};

function CodesCard({ batchId }: { batchId: string }) {
  const { t } = useTranslation();
  const client = useClient();
  const first = useQuery('batches.codes', { batchId, limit: PAGE });
  const [more, setMore] = useState<Codes>();
  const rows = [...(first.data?.codes ?? []), ...(more?.codes ?? [])];
  const cursor = more === undefined ? first.data?.nextCursor : more.nextCursor;

  async function loadMore(): Promise<void> {
    if (cursor === undefined) return;
    const answer = await client.call('batches.codes', { batchId, limit: PAGE, cursor });
    if (answer.ok)
      setMore((before) => ({ ...answer.value, codes: [...(before?.codes ?? []), ...answer.value.codes] }));
  }

  return (
    <Card flush>
      {first.error !== undefined && <RefusalNotice refusal={first.error} />}
      <table className={table.table}>
        <thead>
          <tr>
            <th>{t('batch.serial')}</th>
            <th>{t('batch.code')}</th>
            <th>{t('batch.status')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.serial}>
              <td>{row.serial}</td>
              <td>
                <CodeText>{row.code}</CodeText>
              </td>
              <td>
                <Tag tone={statusTones[row.status]}>{t(`batch.statuses.${row.status}`)}</Tag>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {cursor !== undefined && (
        <div className={classes.actionsEnd}>
          <Action onClick={() => void loadMore()}>{t('common.more')}</Action>
        </div>
      )}
    </Card>
  );
}

function PrintCard({ batch }: { batch: Batch }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const [template, setTemplate] = useState<Template>('L7160');
  const [startAt, setStartAt] = useState(1);
  const [outline, setOutline] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal>();
  const [made, setMade] = useState<{ fileName: string; labels: number; pages: number }>();

  async function print(): Promise<void> {
    setBusy(true);
    setRefused(undefined);
    setMade(undefined);
    const answer = await client.call('labels.render', { batchId: batch.id, template, startAt, outline });
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
            setStartAt((before) => Math.min(before, labelsPerSheet(next)));
          }}
        />
        <SheetPicture template={template} startAt={startAt} labels={batch.count} onStartAt={setStartAt} />
        <NumberInput
          label={t('print.startAt')}
          description={t('print.startAtHint')}
          min={1}
          max={labelsPerSheet(template)}
          clampBehavior="strict"
          allowDecimal={false}
          value={startAt}
          onChange={(value) => typeof value === 'number' && value >= 1 && setStartAt(value)}
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
          icon={<IconPrinter size={24} />}
          onClick={() => void print()}
        >
          {busy ? t('print.busy') : t('print.print', { count: sheetsNeeded(template, batch.count, startAt) })}
        </Action>
      </div>
    </Card>
  );
}
