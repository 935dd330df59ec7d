import { IconFileImport, IconPlus, IconPrinter, IconStack2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useQuery } from '../api/use-client.ts';
import { go, useRoute } from '../app/router.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Printers } from '../printing/printers.tsx';
import { Action } from '../ui/action.tsx';
import hidden from '../ui/hidden.module.css';
import { Meter } from '../ui/meter.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, EmptyState, Page } from '../ui/page.tsx';
import table from '../ui/table.module.css';
import { Tag } from '../ui/tag.tsx';
import type { Batch } from './batch.ts';
import { BatchDetail } from './batch-detail.tsx';
import { doneBp } from './batch-progress.tsx';
import classes from './batches.module.css';
import { ImportCodes } from './import-codes.tsx';
import { NewBatch } from './new-batch.tsx';

const PAGE = 200;

export default function Batches() {
  const { subject } = useRoute();
  if (subject === undefined) return <BatchList />;
  if (subject === 'import') return <ImportCodes />;
  if (subject === 'printers') return <Printers />;
  if (subject === 'new') return <NewBatch offerId={undefined} />;
  if (subject.startsWith('new:')) return <NewBatch offerId={subject.slice('new:'.length)} />;
  return <BatchDetail key={subject} batchId={subject} />;
}

function BatchList() {
  const { t } = useTranslation();
  const format = useFormat();
  const { data, error } = useQuery('batches.list', { limit: PAGE }, [
    'catalogue.changed',
    'redemption.recorded',
    'work.progress',
  ]);
  const create = (
    <Action tone="primary" size="l" icon={<IconPlus size={22} />} onClick={() => go('batches', 'new')}>
      {t('batches.create')}
    </Action>
  );
  return (
    <Page
      title={t('batches.title')}
      lead={t('batches.lead')}
      action={
        <div className={classes.buttons}>
          <Action size="l" icon={<IconPrinter size={20} />} onClick={() => go('batches', 'printers')}>
            {t('batches.printers')}
          </Action>
          <Action size="l" icon={<IconFileImport size={20} />} onClick={() => go('batches', 'import')}>
            {t('batches.import')}
          </Action>
          {data?.batches.length ? create : null}
        </div>
      }
    >
      {error !== undefined && <RefusalNotice refusal={error} />}
      {data !== undefined && (
        <Card flush>
          {data.batches.length === 0 ? (
            <EmptyState
              icon={<IconStack2 size={40} />}
              title={t('batches.emptyTitle')}
              text={t('batches.emptyText')}
              action={create}
            />
          ) : (
            <table className={table.table}>
              <thead>
                <tr>
                  <th>{t('batches.name')}</th>
                  <th>{t('batches.offer')}</th>
                  <th>{t('batches.made')}</th>
                  <th>{t('batches.redeemed')}</th>
                  <th>
                    <span className={hidden.hidden}>{t('common.actions')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {data.batches.map((batch) => (
                  <tr key={batch.id}>
                    <td>
                      <a className={classes.link} href={`#/batches/${batch.id}`}>
                        {batch.name}
                      </a>
                      <span className={table.sub}>{t(`formats.${batch.format.kind}.name`)}</span>
                    </td>
                    <td>{batch.offerName}</td>
                    <td>
                      <span className={table.nowrap}>{format.dateTime(batch.createdAt)}</span>
                      <span className={table.sub}>{batch.createdBy}</span>
                    </td>
                    <td>
                      <BatchUse batch={batch} />
                    </td>
                    <td className={table.action}>
                      <Action
                        icon={<IconPrinter size={20} />}
                        onClick={() => go('batches', batch.id)}
                        label={t('batches.open', { name: batch.name })}
                      >
                        {t('batches.print')}
                      </Action>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Card>
      )}
    </Page>
  );
}

function BatchUse({ batch }: { batch: Batch }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { state, progress } = batch;
  if (state === 'live') {
    return (
      <span className={classes.used}>
        <Meter value={batch.redeemed} max={batch.count} label={t('batches.redeemed')} />
        <span>
          {t('batches.redeemedOf', {
            redeemed: format.number(batch.redeemed),
            total: format.number(batch.count),
          })}
        </span>
      </span>
    );
  }
  if (state === 'withdrawn' || progress === undefined)
    return <Tag tone="quiet">{t('batches.withdrawn')}</Tag>;
  if (progress.stopped !== undefined) return <Tag tone="stop">{t('batches.stopped')}</Tag>;
  const percent = format.percent(doneBp(progress));
  return (
    <span className={classes.used}>
      <Meter value={progress.done} max={progress.outOf} label={t('batches.making', { percent })} />
      <span>
        {state === 'making' ? t('batches.making', { percent }) : t('batches.removing', { percent })}
      </span>
    </span>
  );
}
