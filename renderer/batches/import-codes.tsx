import { FileInput, Select, Switch, TextInput } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_PART_BYTES, rowFaults, rowNotes } from '../../shared/contracts/operations/imports.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { useClient, usePush, useQuery } from '../api/use-client.ts';
import { go } from '../app/router.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Card, Page } from '../ui/page.tsx';
import classes from './batches.module.css';
import { uploadFile } from './upload-file.ts';

type Import = OutputOf<'imports.get'>;
type Preview = OutputOf<'imports.preview'>;
type Column = 'code' | 'uses' | 'used' | 'expires';

const OFFERS_SHOWN = 200;
const columns: readonly Column[] = ['code', 'uses', 'used', 'expires'];

/** A file from elsewhere becomes a batch: it is read in, looked at, checked without effect, and imported. */
export function ImportCodes() {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const offers = useQuery('offers.list', { limit: OFFERS_SHOWN }, ['catalogue.changed']);
  const [importId, setImportId] = useState<string>();
  const [state, setState] = useState<Import>();
  const [preview, setPreview] = useState<Preview>();
  const [offerId, setOfferId] = useState<string>();
  const [name, setName] = useState('');
  const [refused, setRefused] = useState<Refusal>();

  const own = (offers.data?.offers ?? []).filter((row) => row.status !== 'archived' && row.origin === 'here');
  const isBusy = state?.state === 'reading' || state?.state === 'importing';

  async function look(id: string): Promise<void> {
    const answer = await client.call('imports.get', { importId: id });
    if (answer.ok) setState(answer.value);
  }
  usePush((push) => {
    if (importId !== undefined && (push.topic === 'work.progress' || push.topic === 'catalogue.changed'))
      void look(importId);
  });

  async function take(file: File | null): Promise<void> {
    if (file === null) return;
    const id = uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
    setImportId(id);
    setPreview(undefined);
    setRefused(undefined);
    const sent = await uploadFile(client, id, file, MAX_PART_BYTES, setState);
    if (!sent.ok) return setRefused(sent.error);
    const looked = await client.call('imports.preview', { importId: id });
    if (!looked.ok) return setRefused(looked.error);
    setPreview(looked.value);
    setName((before) => (before === '' ? file.name.replace(/\.[^.]*$/, '') : before));
  }

  async function run(dryRun: boolean): Promise<void> {
    if (importId === undefined || preview === undefined || offerId === undefined) return;
    const answer = await client.call('imports.run', {
      importId,
      dryRun,
      settings: {
        offerId,
        name: name.trim(),
        hasHeader: preview.hasHeader,
        columns: preview.columns,
        usesPerCode: 1,
      },
    });
    if (answer.ok) setState(answer.value);
    setRefused(answer.ok ? undefined : answer.error);
  }

  async function undo(): Promise<void> {
    if (importId === undefined) return;
    const answer = await client.call('imports.undo', { importId });
    if (answer.ok) setState(answer.value);
    setRefused(answer.ok ? undefined : answer.error);
  }

  async function saveFaults(): Promise<void> {
    if (importId === undefined) return;
    const answer = await client.call('imports.faults', { importId });
    if (answer.ok) await client.saveFile(answer.value);
    else setRefused(answer.error);
  }

  const ready = offerId !== undefined && name.trim() !== '' && preview !== undefined && !isBusy;
  const isOver = state?.state === 'done' || state?.state === 'undone' || state?.state === 'importing';
  const left = Object.values(state?.report?.faults ?? {}).reduce((sum, count) => sum + count, 0);

  return (
    <Page
      title={t('importCodes.title')}
      lead={t('importCodes.lead')}
      action={
        <Action tone="plain" icon={<IconArrowLeft size={20} />} onClick={() => go('batches')}>
          {t('newBatch.back')}
        </Action>
      }
    >
      <div className={classes.columns}>
        <Card>
          <div className={classes.form}>
            <FileInput
              label={t('importCodes.file')}
              placeholder={t('importCodes.choose')}
              accept=".csv,.txt,text/csv,text/plain"
              disabled={isBusy}
              onChange={(file) => void take(file)}
            />
            {state?.state === 'uploading' && (
              <Notice tone="info">
                {t('importCodes.uploading', {
                  percent: format.percent(Math.floor((state.received / state.bytes) * 100) * 100),
                })}
              </Notice>
            )}
            {preview !== undefined && (
              <>
                <p className={classes.hint}>
                  {t('importCodes.about', {
                    encoding: preview.encoding.toUpperCase(),
                    delimiter: preview.delimiter === '\t' ? '⇥' : preview.delimiter,
                  })}
                </p>
                {preview.profile === 'woocommerce' && <Notice tone="info">{t('importCodes.shop')}</Notice>}
                <PreviewTable rows={preview.rows} />
                <Switch
                  label={t('importCodes.header')}
                  checked={preview.hasHeader}
                  disabled={isOver}
                  onChange={(event) => setPreview({ ...preview, hasHeader: event.currentTarget.checked })}
                />
                <div className={classes.pair}>
                  {columns.map((column) => (
                    <ColumnSelect
                      key={column}
                      column={column}
                      preview={preview}
                      disabled={isOver}
                      onChange={setPreview}
                    />
                  ))}
                </div>
                <Select
                  label={t('newBatch.offer')}
                  placeholder={t('newBatch.chooseOffer')}
                  data={own.map((row) => ({ value: row.offer.id, label: row.offer.name }))}
                  value={offerId ?? null}
                  disabled={isOver}
                  onChange={(value) => setOfferId(value ?? undefined)}
                  required
                />
                <TextInput
                  label={t('newBatch.name')}
                  value={name}
                  maxLength={120}
                  disabled={isOver}
                  onChange={(event) => setName(event.currentTarget.value)}
                  required
                />
              </>
            )}
          </div>
        </Card>
        <div className={classes.side}>
          {state?.reading !== undefined && (
            <Notice tone="info">{t('importCodes.reading', { rows: format.number(state.reading) })}</Notice>
          )}
          {state?.report !== undefined && (
            <Card>
              <div className={classes.form} aria-live="polite">
                <p>
                  {t('importCodes.result', {
                    good: format.number(state.report.good),
                    rows: format.number(state.report.rows),
                  })}
                </p>
                <ul className={classes.list}>
                  {rowFaults.map((fault) => {
                    const count = state.report?.faults[fault];
                    return count === undefined ? null : (
                      <li key={fault}>{t(`importCodes.faults.${fault}`, { count: format.number(count) })}</li>
                    );
                  })}
                </ul>
                <ReportNotes report={state.report} />
                {left > 0 && state.state !== 'undone' && (
                  <Action onClick={() => void saveFaults()}>{t('importCodes.list')}</Action>
                )}
              </div>
            </Card>
          )}
          {state?.state === 'failed' && <Notice tone="stop">{t('importCodes.failed')}</Notice>}
          {state?.state === 'done' && <Notice tone="go">{t('importCodes.done')}</Notice>}
          {state?.state === 'undone' && <Notice tone="info">{t('importCodes.undone')}</Notice>}
          {refused !== undefined && <RefusalNotice refusal={refused} />}
          {!isOver && preview !== undefined && (
            <>
              <Action size="l" wide busy={isBusy} disabled={!ready} onClick={() => void run(true)}>
                {t('importCodes.check')}
              </Action>
              {state?.report !== undefined && state.report.good > 0 && (
                <Action tone="primary" size="xl" wide disabled={!ready} onClick={() => void run(false)}>
                  {t('importCodes.run', {
                    count: state.report.good,
                    number: format.number(state.report.good),
                  })}
                </Action>
              )}
            </>
          )}
          {state?.batchId !== undefined && state.state !== 'undone' && (
            <Action tone="primary" wide onClick={() => go('batches', state.batchId)}>
              {t('importCodes.open')}
            </Action>
          )}
          {state?.state === 'done' && (
            <Action wide onClick={() => void undo()}>
              {t('importCodes.undo')}
            </Action>
          )}
        </div>
      </div>
    </Page>
  );
}

/** What the file says of codes that are taken, and that is not kept. */
function ReportNotes({ report }: { report: NonNullable<Import['report']> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const named = (limits: boolean) =>
    report.unread
      .filter((column) => column.limits === limits)
      .map(({ name, rows }) => t('importCodes.columnRows', { name, rows: format.number(rows) }))
      .join(', ');
  const rules = named(true);
  const others = named(false);
  const notes = rowNotes.filter((note) => report.notes[note] !== undefined);
  return (
    <>
      {(notes.length > 0 || rules !== '') && (
        <Notice tone="warn">
          <ul className={classes.list}>
            {notes.map((note) => (
              <li key={note}>
                {t(`importCodes.notes.${note}`, { count: format.number(report.notes[note] ?? 0) })}
              </li>
            ))}
            {rules !== '' && <li>{t('importCodes.rules', { columns: rules })}</li>}
          </ul>
        </Notice>
      )}
      {others !== '' && <p className={classes.hint}>{t('importCodes.unread', { columns: others })}</p>}
    </>
  );
}

function PreviewTable({ rows }: { rows: Preview['rows'] }) {
  return (
    <div className={classes.preview}>
      <table>
        <tbody>
          {rows.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file are told apart by their place alone
            <tr key={line}>
              {row.map((cell, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: so are its cells
                <td key={at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ColumnSelect({
  column,
  preview,
  disabled,
  onChange,
}: {
  column: Column;
  preview: Preview;
  disabled: boolean;
  onChange: (preview: Preview) => void;
}) {
  const { t } = useTranslation();
  const [first = []] = preview.rows;
  const names = first.map((cell, at) => ({
    value: String(at),
    label: preview.hasHeader && cell !== '' ? cell : t('importCodes.unnamed', { number: at + 1 }),
  }));
  const chosen = preview.columns[column];
  return (
    <Select
      label={t('importCodes.column', { what: t(`importCodes.columns.${column}`) })}
      data={column === 'code' ? names : [{ value: '', label: t('importCodes.none') }, ...names]}
      value={chosen === undefined ? '' : String(chosen)}
      disabled={disabled}
      onChange={(value) => {
        const { [column]: _before, ...others } = preview.columns;
        const to = value === null || value === '' ? {} : { [column]: Number(value) };
        onChange({ ...preview, columns: { code: preview.columns.code, ...others, ...to } });
      }}
    />
  );
}
