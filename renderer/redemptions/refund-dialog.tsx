import { TextInput } from '@mantine/core';
import { IconMinus, IconPlus } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { PinField } from '../ui/pin-field.tsx';
import type { Redemption } from './redemption.ts';
import classes from './refund-dialog.module.css';

type Sale = OutputOf<'redemption.sale'>;
/** Units by line id. */
type Picked = Readonly<Record<string, number>>;

const reasons = ['unwanted', 'damaged', 'wrongItem'] as const;

type RefundDialogProps = {
  readonly redemption: Redemption | undefined;
  readonly onClose: () => void;
};

/** Goods of a sale come back: how many of each, what is given back for them, and why. */
export function RefundDialog({ redemption, onClose }: RefundDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog open={redemption !== undefined} onClose={onClose} title={t('refund.title')} size="lg">
      {redemption !== undefined && (
        <LoadedSale key={redemption.id} redemptionId={redemption.id} onClose={onClose} />
      )}
    </Dialog>
  );
}

function LoadedSale({ redemptionId, onClose }: { redemptionId: string; onClose: () => void }) {
  const sale = useQuery('redemption.sale', { redemptionId });
  const [done, setDone] = useState<OutputOf<'redemption.refund'>>();
  if (done !== undefined) return <Done refund={done} onClose={onClose} />;
  if (sale.error !== undefined) return <RefusalNotice refusal={sale.error} />;
  if (sale.data === undefined) return null;
  return <RefundForm redemptionId={redemptionId} sale={sale.data} onDone={setDone} />;
}

type RefundFormProps = {
  readonly redemptionId: string;
  readonly sale: Sale;
  readonly onDone: (refund: OutputOf<'redemption.refund'>) => void;
};

function RefundForm({ redemptionId, sale, onDone }: RefundFormProps) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const [picked, setPicked] = useState<Picked>({});
  const [withShipping, setWithShipping] = useState(false);
  const [reason, setReason] = useState('');
  const [pin, setPin] = useState('');
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  // Of this form: pressing twice, or again after a lost answer, is one refund.
  const [refundId, setRefundId] = useState(newRefundId);

  const goods = goodsOf(redemptionId, sale, picked, withShipping);
  const isEmpty = goods.lines.length === 0 && goods.shippingIds.length === 0;
  const quote = useQuote(goods, isEmpty);
  const needsManager = refused?.code === 'manager_required' || refused?.code === 'wrong_pin' || pin !== '';
  const hasShipping = sale.shipping.some(({ isReturned }) => !isReturned);

  function pick(next: Picked, shipping = withShipping): void {
    setPicked(next);
    setWithShipping(shipping);
    // Other goods are another refund.
    setRefundId(newRefundId());
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isEmpty || busy) return;
    setBusy(true);
    setRefused(undefined);
    const answer = await client.call('redemption.refund', {
      ...goods,
      refundId,
      reason,
      ...(pin === '' ? {} : { managerPin: pin }),
    });
    setBusy(false);
    if (answer.ok) onDone(answer.value);
    else setRefused(answer.error);
  }

  return (
    <form className={classes.form} onSubmit={(event) => void submit(event)}>
      <Lines sale={sale} picked={picked} onPick={pick} />
      <div className={classes.row}>
        <Action onClick={() => pick(everything(sale), hasShipping)}>{t('refund.all')}</Action>
        {hasShipping && (
          <label className={classes.check}>
            <input
              type="checkbox"
              checked={withShipping}
              onChange={(event) => pick(picked, event.currentTarget.checked)}
            />
            {t('refund.shipping')}
          </label>
        )}
      </div>
      <Amount quote={quote.data} isEmpty={isEmpty} currency={sale.currency} />
      <div className={classes.row}>
        {reasons.map((one) => (
          <Action key={one} onClick={() => setReason(t(`refund.reasons.${one}`))}>
            {t(`refund.reasons.${one}`)}
          </Action>
        ))}
      </div>
      <TextInput
        label={t('refund.reason')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={200}
        required
        autoComplete="off"
      />
      {needsManager && <PinField label={t('void.managerPin')} pin={pin} onPin={setPin} />}
      {(refused ?? quote.error) !== undefined && (
        <RefusalNotice refusal={(refused ?? quote.error) as Refusal} />
      )}
      <div className={classes.actions}>
        <Action type="submit" tone="primary" size="xl" busy={busy} disabled={isEmpty || reason.trim() === ''}>
          {quote.data === undefined || isEmpty
            ? t('refund.confirm')
            : t('refund.confirmAmount', { amount: format.money(quote.data.refundMinor, sale.currency) })}
        </Action>
      </div>
    </form>
  );
}

function Lines({
  sale,
  picked,
  onPick,
}: {
  readonly sale: Sale;
  readonly picked: Picked;
  readonly onPick: (picked: Picked) => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className={classes.lines}>
      {sale.lines.map((line, i) => {
        const left = line.qty - line.returned;
        const units = picked[line.lineId] ?? 0;
        const name = line.name ?? t('refund.item', { number: format.number(i + 1) });
        const step = (by: number) =>
          onPick({ ...picked, [line.lineId]: Math.min(left, Math.max(0, units + by)) });
        return (
          <li key={line.lineId} data-gone={left === 0 || undefined}>
            <span className={classes.name}>
              {name}
              <span className={classes.sub}>
                {left === 0
                  ? t('refund.allBack')
                  : t('refund.sold', {
                      qty: format.number(left),
                      price: format.money(line.unitPriceMinor, sale.currency),
                    })}
              </span>
            </span>
            <span className={classes.stepper}>
              <Action label={t('refund.less', { name })} disabled={units === 0} onClick={() => step(-1)}>
                <IconMinus size={20} aria-hidden="true" />
              </Action>
              <output aria-label={t('refund.units', { name })}>{format.number(units)}</output>
              <Action label={t('refund.moreOf', { name })} disabled={units === left} onClick={() => step(1)}>
                <IconPlus size={20} aria-hidden="true" />
              </Action>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Amount({
  quote,
  isEmpty,
  currency,
}: {
  readonly quote: OutputOf<'redemption.quoteRefund'> | undefined;
  readonly isEmpty: boolean;
  readonly currency: string;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const shown = isEmpty ? 0 : quote?.refundMinor;
  return (
    <div className={classes.amount} aria-live="polite">
      <span>{t('refund.gives')}</span>
      <strong>{shown === undefined ? '…' : format.money(shown, currency)}</strong>
      {!isEmpty && quote !== undefined && quote.clawedBackMinor > 0 && (
        <p>{t('refund.clawedBack', { amount: format.money(quote.clawedBackMinor, currency) })}</p>
      )}
      {!isEmpty && quote !== undefined && quote.usesBack.length > 0 && <p>{t('refund.useBack')}</p>}
    </div>
  );
}

function Done({ refund, onClose }: { refund: OutputOf<'redemption.refund'>; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={classes.form}>
      <div className={classes.amount} role="status">
        <span>{t('refund.done')}</span>
        <strong>{format.money(refund.refundMinor, refund.currency)}</strong>
        {refund.usesBack.length > 0 && <p>{t('refund.useBack')}</p>}
      </div>
      <div className={classes.actions}>
        <Action tone="primary" size="xl" onClick={onClose}>
          {t('common.close')}
        </Action>
      </div>
    </div>
  );
}

type Goods = {
  readonly redemptionId: string;
  readonly lines: { lineId: string; units: number }[];
  readonly shippingIds: string[];
};

function goodsOf(redemptionId: string, sale: Sale, picked: Picked, withShipping: boolean): Goods {
  return {
    redemptionId,
    lines: sale.lines.flatMap(({ lineId }) => {
      const units = picked[lineId] ?? 0;
      return units > 0 ? [{ lineId, units }] : [];
    }),
    shippingIds: withShipping
      ? sale.shipping.flatMap(({ shippingId, isReturned }) => (isReturned ? [] : [shippingId]))
      : [],
  };
}

function everything(sale: Sale): Picked {
  return Object.fromEntries(sale.lines.map(({ lineId, qty, returned }) => [lineId, qty - returned]));
}

/** What the goods would give back, asked anew whenever others are picked. */
function useQuote(goods: Goods, isEmpty: boolean) {
  const client = useClient();
  const [quote, setQuote] = useState<{ data?: OutputOf<'redemption.quoteRefund'>; error?: Refusal }>({});
  const key = JSON.stringify(goods);
  useEffect(() => {
    let current = true;
    setQuote({});
    if (isEmpty) return;
    void client.call('redemption.quoteRefund', JSON.parse(key) as Goods).then((answer) => {
      if (current) setQuote(answer.ok ? { data: answer.value } : { error: answer.error });
    });
    return () => {
      current = false;
    };
  }, [client, key, isEmpty]);
  return quote;
}

function newRefundId(): string {
  return uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
}
