import { IconEraser, IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { CodeText } from '../ui/code-text.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { flash } from '../ui/flash.tsx';
import layout from '../ui/form.module.css';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, Page } from '../ui/page.tsx';
import table from '../ui/table.module.css';
import { Tag } from '../ui/tag.tsx';
import { BackToSearch } from './code-timeline.tsx';
import { CorrectDialog } from './correct-dialog.tsx';
import classes from './search.module.css';

type Shown = OutputOf<'search.customer'>;

/** One customer: how they are known, and what they redeemed here. */
export function CustomerView({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const { data, error, reload } = useQuery('search.customer', { customerId }, ['redemption.recorded']);
  const [more, setMore] = useState<Pick<Shown, 'redemptions' | 'nextCursor'>>();
  const [erasing, setErasing] = useState(false);
  const [correcting, setCorrecting] = useState(false);
  const [refused, setRefused] = useState<Refusal>();
  const cursor = more === undefined ? data?.nextCursor : more.nextCursor;

  async function loadMore(): Promise<void> {
    if (cursor === undefined) return;
    const answer = await client.call('search.customer', { customerId, cursor });
    if (!answer.ok) return;
    const { redemptions, nextCursor } = answer.value;
    setMore((before) => ({
      redemptions: [...(before?.redemptions ?? []), ...redemptions],
      ...(nextCursor === undefined ? {} : { nextCursor }),
    }));
  }

  async function erase(): Promise<void> {
    const answer = await client.call('customers.erase', { customerId });
    if (!answer.ok) return setRefused(answer.error);
    setErasing(false);
    flash(t('search.erased'));
    reload();
  }

  const rows = [...(data?.redemptions ?? []), ...(more?.redemptions ?? [])];
  return (
    <Page title={data === undefined ? '' : (data.value ?? t('search.forgotten'))} action={<BackToSearch />}>
      {error !== undefined && <RefusalNotice refusal={error} />}
      {data !== undefined && (
        <>
          <Card>
            <div className={layout.actions}>
              <dl className={classes.facts}>
                <div>
                  <dt>{t('customer.kind')}</dt>
                  <dd>{t(`search.kinds.${data.kind}`)}</dd>
                </div>
                <div>
                  <dt>{t('search.knownSince')}</dt>
                  <dd>{format.dateTime(data.knownSince)}</dd>
                </div>
              </dl>
              {data.value !== undefined && (
                <>
                  <Action icon={<IconPencil size={20} />} onClick={() => setCorrecting(true)}>
                    {t('search.correct')}
                  </Action>
                  <Action tone="stop" icon={<IconEraser size={20} />} onClick={() => setErasing(true)}>
                    {t('search.erase')}
                  </Action>
                </>
              )}
            </div>
          </Card>
          <Card flush>
            {rows.length === 0 ? (
              <p className={classes.nothing}>{t('search.noRedemptions')}</p>
            ) : (
              <Redemptions rows={rows} />
            )}
          </Card>
          {cursor !== undefined && <Action onClick={() => void loadMore()}>{t('common.more')}</Action>}
        </>
      )}
      {data?.value !== undefined && (
        <CorrectDialog
          open={correcting}
          customerId={customerId}
          kind={data.kind}
          value={data.value}
          onClose={() => setCorrecting(false)}
          onCorrected={() => {
            setCorrecting(false);
            reload();
          }}
        />
      )}
      <Dialog open={erasing} onClose={() => setErasing(false)} title={t('search.eraseTitle')}>
        <div className={layout.dialog}>
          <p>{t('search.eraseText', { name: data?.value ?? '' })}</p>
          {refused !== undefined && <RefusalNotice refusal={refused} />}
          <Action tone="stop" size="xl" wide onClick={() => void erase()}>
            {t('search.erase')}
          </Action>
        </div>
      </Dialog>
    </Page>
  );
}

function Redemptions({ rows }: { rows: Shown['redemptions'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th>{t('recent.when')}</th>
          <th>{t('recent.code')}</th>
          <th>{t('recent.offer')}</th>
          <th>{t('recent.by')}</th>
          <th className={table.number}>{t('recent.discount')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} data-muted={row.status === 'voided' || undefined}>
            <td className={table.nowrap}>{format.dateTime(row.redeemedAt)}</td>
            <td>
              <CodeText>{row.code}</CodeText>
            </td>
            <td>
              {row.offerName} {row.status === 'voided' && <Tag tone="quiet">{t('recent.voided')}</Tag>}
            </td>
            <td>
              {row.operatorName}
              <span className={table.sub}>{row.tillName}</span>
            </td>
            <td className={table.number}>{format.money(-row.discountMinor, row.currency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
