import { FileInput } from '@mantine/core';
import { IconFileSpreadsheet } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { pastFaults } from '../../shared/contracts/operations/history.ts';
import { MAX_PART_BYTES } from '../../shared/contracts/operations/imports.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { uploadFile } from '../batches/upload-file.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import { useWork, WorkBar } from '../ui/work.tsx';
import classes from './custody.module.css';

type Report = OutputOf<'history.import'>;

/** What another system or till redeemed before, from a file: looked at without effect, read in, and taken out again. */
export function PastCard() {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const work = useWork();
  const { data } = useQuery('history.imports', {}, ['catalogue.changed']);
  const [importId, setImportId] = useState<string>();
  const [report, setReport] = useState<Report>();
  const [refused, setRefused] = useState<Refusal>();
  const left = Object.values(report?.faults ?? {}).reduce((sum, count) => sum + count, 0);

  async function read(id: string, dryRun: boolean): Promise<void> {
    setRefused(undefined);
    const answer = await client.call('history.import', { importId: id, dryRun, workId: work.begin() });
    work.end();
    if (answer.ok) setReport(answer.value);
    else if (answer.error.code !== 'cancelled') setRefused(answer.error);
  }

  async function take(file: File | null): Promise<void> {
    setReport(undefined);
    setRefused(undefined);
    setImportId(undefined);
    if (file === null) return;
    const id = uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
    const sent = await uploadFile(client, id, file, MAX_PART_BYTES, () => {});
    if (!sent.ok) return setRefused(sent.error);
    setImportId(id);
    await read(id, true);
  }

  async function undo(id: string): Promise<void> {
    const answer = await client.call('history.undoImport', { importId: id });
    setRefused(answer.ok ? undefined : answer.error);
    setReport(undefined);
  }

  async function saveFaults(id: string): Promise<void> {
    const answer = await client.call('imports.faults', { importId: id });
    if (answer.ok) await client.saveFile(answer.value);
    else setRefused(answer.error);
  }

  return (
    <Card title={t('past.title')} lead={t('past.lead')}>
      <div className={classes.stack}>
        <FileInput
          label={t('importCodes.file')}
          placeholder={t('importCodes.choose')}
          accept=".csv,.txt,text/csv,text/plain"
          disabled={work.active}
          onChange={(file) => void take(file)}
        />
        <p className={classes.quiet}>{t('past.columns')}</p>
        <WorkBar work={work} label={t('past.title')} />
        {report !== undefined && (
          <div aria-live="polite">
            <p>
              {t('past.result', { good: format.number(report.good), rows: format.number(report.rows) })}
              {report.firstDay !== undefined && report.lastDay !== undefined && (
                <>
                  {' '}
                  {t('past.days', { first: format.day(report.firstDay), last: format.day(report.lastDay) })}
                </>
              )}
            </p>
            <ul>
              {pastFaults.map((fault) => {
                const count = report.faults[fault];
                return count === undefined ? null : (
                  <li key={fault}>{t(`past.faults.${fault}`, { count: format.number(count) })}</li>
                );
              })}
            </ul>
          </div>
        )}
        {report?.imported === true && <Notice tone="go">{t('past.done')}</Notice>}
        {refused !== undefined && <RefusalNotice refusal={refused} />}
        <div className={classes.actions}>
          {importId !== undefined && report !== undefined && !report.imported && report.good > 0 && (
            <Action
              size="l"
              tone="primary"
              icon={<IconFileSpreadsheet size={20} />}
              busy={work.active}
              onClick={() => void read(importId, false)}
            >
              {t('past.run', { count: report.good, number: format.number(report.good) })}
            </Action>
          )}
          {importId !== undefined && left > 0 && (
            <Action onClick={() => void saveFaults(importId)}>{t('importCodes.list')}</Action>
          )}
        </div>
        {data?.imports.map((one) => (
          <div key={one.importId} className={classes.actions}>
            <span>
              {t('past.file', {
                name: one.fileName,
                rows: format.number(one.rows),
                when: format.dateTime(one.at),
              })}
            </span>
            <Action onClick={() => void undo(one.importId)}>{t('past.undo')}</Action>
          </div>
        ))}
      </div>
    </Card>
  );
}
