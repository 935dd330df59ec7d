import { IconHistory, IconPrinter } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { go } from '../app/router.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { CodeText } from '../ui/code-text.tsx';
import hidden from '../ui/hidden.module.css';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, EmptyState, Page } from '../ui/page.tsx';
import table from '../ui/table.module.css';
import { Tag } from '../ui/tag.tsx';
import classes from './recent.module.css';
import type { Redemption } from './redemption.ts';
import { RefundDialog } from './refund-dialog.tsx';
import { SlipDialog, useSlip } from './slip.tsx';
import { VoidDialog } from './void-dialog.tsx';

const PAGE = 25;

export function Recent() {
  const { t } = useTranslation();
  const client = useClient();
  const first = useQuery('redemption.recent', { limit: PAGE }, ['redemption.recorded', 'catalogue.changed']);
  const [more, setMore] = useState<OutputOf<'redemption.recent'>>();
  const [voiding, setVoiding] = useState<Redemption>();
  const [refunding, setRefunding] = useState<Redemption>();

  // A new first page makes the following ones old.
  // biome-ignore lint/correctness/useExhaustiveDependencies: on each new first page
  useEffect(() => setMore(undefined), [first.data]);

  const rows = [...(first.data?.redemptions ?? []), ...(more?.redemptions ?? [])];
  const cursor = more === undefined ? first.data?.nextCursor : more.nextCursor;

  async function loadMore(): Promise<void> {
    if (cursor === undefined) return;
    const answer = await client.call('redemption.recent', { limit: PAGE, cursor });
    if (answer.ok) {
      setMore((before) => ({
        ...answer.value,
        redemptions: [...(before?.redemptions ?? []), ...answer.value.redemptions],
      }));
    }
  }

  return (
    <Page title={t('recent.title')} lead={t('recent.lead')}>
      {first.error !== undefined && <RefusalNotice refusal={first.error} />}
      {first.data !== undefined && (
        <Card flush>
          {rows.length === 0 ? (
            <EmptyState
              icon={<IconHistory size={40} />}
              title={t('recent.emptyTitle')}
              text={t('recent.emptyText')}
              action={
                <Action tone="primary" size="xl" onClick={() => go('redeem')}>
                  {t('recent.emptyAction')}
                </Action>
              }
            />
          ) : (
            <Rows rows={rows} onVoid={setVoiding} onRefund={setRefunding} />
          )}
        </Card>
      )}
      {cursor !== undefined && <Action onClick={() => void loadMore()}>{t('common.more')}</Action>}
      <SlipDialog />
      <RefundDialog redemption={refunding} onClose={() => setRefunding(undefined)} />
      <VoidDialog
        redemption={voiding}
        onClose={() => setVoiding(undefined)}
        onVoided={() => {
          setVoiding(undefined);
          first.reload();
        }}
      />
    </Page>
  );
}

type RowsProps = {
  readonly rows: readonly Redemption[];
  readonly onVoid: (row: Redemption) => void;
  readonly onRefund: (row: Redemption) => void;
};

function Rows({ rows, onVoid, onRefund }: RowsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const slip = useSlip();
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th>{t('recent.when')}</th>
          <th>{t('recent.code')}</th>
          <th>{t('recent.offer')}</th>
          <th>{t('recent.by')}</th>
          <th className={table.number}>{t('recent.discount')}</th>
          <th>
            <span className={hidden.hidden}>{t('common.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr
            key={row.id}
            data-muted={row.status === 'voided' || undefined}
            data-follows={isSameSale(row, rows[i - 1]) || undefined}
          >
            <td className={table.nowrap}>
              {isSameSale(row, rows[i - 1]) ? t('recent.sameSale') : format.when(row.redeemedAt)}
            </td>
            <td>
              {row.code === '' ? (
                <Tag tone="quiet">{t('recent.automatic')}</Tag>
              ) : (
                <CodeText>{row.code}</CodeText>
              )}
            </td>
            <td>
              {row.offerName}
              {row.channel !== 'pos' && <span className={table.sub}>{t(`channels.${row.channel}`)}</span>}
            </td>
            <td>
              {row.operatorName}
              <span className={table.sub}>{row.tillName}</span>
            </td>
            <td className={table.number}>{format.money(-row.discountMinor, row.currency)}</td>
            <td className={table.action}>
              <span className={classes.actions}>
                <RowActions
                  row={row}
                  onVoid={onVoid}
                  onRefund={speaksForSale(row, rows) ? onRefund : undefined}
                />
                {slip.canPrint && !isSameSale(row, rows[i - 1]) && (
                  <Action
                    onClick={() => slip.print(row.id)}
                    label={t('slip.printOne', { code: row.code || row.offerName })}
                  >
                    <IconPrinter size={20} aria-hidden="true" />
                  </Action>
                )}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type RowActionsProps = {
  readonly row: Redemption;
  readonly onVoid: RowsProps['onVoid'];
  readonly onRefund: RowsProps['onRefund'] | undefined;
};

/** One more code of the sale in the row above. */
function isSameSale(row: Redemption, above: Redemption | undefined): boolean {
  return above?.basketId === row.basketId;
}

/** Goods come back from a sale, whichever of its codes took money off: the first that still stands leads there. */
function speaksForSale(row: Redemption, rows: readonly Redemption[]): boolean {
  return row === rows.find((one) => one.basketId === row.basketId && standing.has(one.status));
}

const standing: ReadonlySet<Redemption['status']> = new Set(['redeemed', 'partly_refunded']);

/** A void undoes a mistake; once goods came back, only the rest of them can. */
function RowActions({ row, onVoid, onRefund }: RowActionsProps) {
  const { t } = useTranslation();
  if (row.status === 'voided') return <Tag tone="quiet">{t('recent.voided')}</Tag>;
  if (row.status === 'refunded') return <Tag tone="quiet">{t('recent.refunded')}</Tag>;
  return (
    <>
      {row.status === 'partly_refunded' && <Tag tone="quiet">{t('recent.partlyRefunded')}</Tag>}
      {onRefund !== undefined && (
        <Action
          onClick={() => onRefund(row)}
          label={t('recent.refundOne', { code: row.code || row.offerName })}
        >
          {t('recent.refund')}
        </Action>
      )}
      {row.status === 'redeemed' && (
        <Action onClick={() => onVoid(row)} label={t('recent.voidOne', { code: row.code || row.offerName })}>
          {t('recent.void')}
        </Action>
      )}
    </>
  );
}
