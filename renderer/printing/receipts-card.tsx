import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_RECEIPTS } from '../../shared/contracts/operations/printing.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { go } from '../app/router.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import classes from './printing.module.css';
import { ReceiptPreview } from './receipt-preview.tsx';

const wholeNumber = (text: string) => (/^\d{1,8}$/.test(text.trim()) ? Number(text) : Number.NaN);

/** Coupons of a batch on the receipt printer, and the log of everything that was printed of it. */
export function ReceiptsCard({ batchId, count }: { batchId: string; count: number }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const printers = useQuery('printers.list', {}, ['work.progress']);
  const log = useQuery('print.log', { batchId }, ['work.progress']);
  const [chosen, setChosen] = useState<string>();
  const [from, setFrom] = useState('1');
  const [to, setTo] = useState('1');
  const [queued, setQueued] = useState<OutputOf<'print.receipts'>>();
  const [refused, setRefused] = useState<Refusal>();

  const known = printers.data?.printers ?? [];
  const printerId = chosen ?? known[0]?.id;
  const printerName = known.find(({ id }) => id === printerId)?.name ?? '';
  const firstSerial = wholeNumber(from);
  const lastSerial = wholeNumber(to);
  const fits =
    firstSerial >= 1 &&
    firstSerial <= lastSerial &&
    lastSerial <= count &&
    lastSerial - firstSerial < MAX_RECEIPTS;

  async function print(): Promise<void> {
    if (printerId === undefined || !fits) return;
    const requestId = uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
    const answer = await client.call('print.receipts', {
      requestId,
      printerId,
      batchId,
      firstSerial,
      lastSerial,
    });
    setQueued(answer.ok ? answer.value : undefined);
    setRefused(answer.ok ? undefined : answer.error);
  }

  return (
    <Card title={t('receipts.title')} lead={t('receipts.lead')}>
      <div className={classes.form}>
        {known.length === 0 ? (
          <Action onClick={() => go('batches', 'printers')}>{t('printers.add')}</Action>
        ) : (
          <>
            <Select
              label={t('receipts.printer')}
              data={known.map(({ id, name }) => ({ value: id, label: name }))}
              value={printerId ?? null}
              allowDeselect={false}
              onChange={(value) => setChosen(value ?? undefined)}
            />
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
            {!fits && (
              <p className={classes.error} role="alert">
                {t('receipts.error', { max: format.number(count), most: format.number(MAX_RECEIPTS) })}
              </p>
            )}
            {fits && printerId !== undefined && (
              <CouponPreview
                printerId={printerId}
                batchId={batchId}
                serial={firstSerial}
                printer={printerName}
              />
            )}
            {refused !== undefined && <RefusalNotice refusal={refused} />}
            {queued !== undefined && (
              <Notice tone="go">
                {t('receipts.queued', { printer: queued.printer })}{' '}
                {queued.isCopy && t('receipts.queuedCopy')}
              </Notice>
            )}
            <Action wide disabled={!fits} onClick={() => void print()}>
              {t('receipts.print')}
            </Action>
          </>
        )}
        {log.data !== undefined && log.data.entries.length > 0 && (
          <details>
            <summary>{t('receipts.log')}</summary>
            <ul className={classes.list}>
              {log.data.entries.map((entry) => (
                <li key={`${entry.at} ${entry.firstSerial}`}>
                  {t('receipts.entry', {
                    first: format.number(entry.firstSerial),
                    last: format.number(entry.lastSerial),
                    medium: entry.medium,
                  })}
                  <span className={classes.hint}>
                    {t('batch.rangeBy', { when: format.dateTime(entry.at), by: entry.by })}
                    {entry.isCopy && ` · ${t('printers.copy')}`}
                  </span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </Card>
  );
}

/** The first of them, as it comes out. */
function CouponPreview({
  printer,
  ...wanted
}: {
  printerId: string;
  batchId: string;
  serial: number;
  printer: string;
}) {
  const { data, error } = useQuery('receipts.preview', wanted, ['work.progress']);
  if (error !== undefined) return <RefusalNotice refusal={error} />;
  return data === undefined ? null : <ReceiptPreview picture={data} printer={printer} />;
}
