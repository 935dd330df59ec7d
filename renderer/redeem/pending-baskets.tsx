import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { CodeText } from '../ui/code-text.tsx';
import { useRedeem } from './redeem-store.ts';
import classes from './result-panel.module.css';
import { Sentence } from './ticket.tsx';

type Pending = OutputOf<'redemption.pending'>['baskets'][number];

/** What an interrupted till still holds. Undefined until the core has told, and while there is nothing. */
export function usePendingBaskets(): { readonly baskets: readonly Pending[]; readonly reload: () => void } {
  const { data, reload } = useQuery('redemption.pending', {}, ['redemption.recorded', 'app.changed']);
  const baskets = data?.baskets ?? [];
  const nextEnd = Math.min(...baskets.map(({ heldUntil }) => heldUntil));
  useEffect(() => {
    if (!Number.isFinite(nextEnd)) return;
    const timer = setTimeout(reload, Math.max(1_000, nextEnd - Date.now()));
    return () => clearTimeout(timer);
  }, [nextEnd, reload]);
  return { baskets, reload };
}

/** Baskets that were open when the till was cut off: the customer is here and it counts, or it is let go. */
export function PendingBaskets({ baskets, reload }: { baskets: readonly Pending[]; reload: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);

  async function end(how: 'redeem' | 'release', { basketId }: Pending): Promise<void> {
    setBusy(true);
    setRefused(undefined);
    const refusal = await (how === 'redeem'
      ? useRedeem.getState().confirmLeft(client, basketId)
      : client
          .call('redemption.release', { basketId })
          .then((answer) => (answer.ok ? undefined : answer.error)));
    setBusy(false);
    setRefused(refusal);
    reload();
  }

  return (
    <div className={classes.pending} data-testid="pending">
      <p className={classes.next}>{t('redeem.pending.lead')}</p>
      {baskets.map((basket) => (
        <div key={basket.basketId} className={classes.pendingBasket}>
          <div>
            {basket.coupons.map(({ code, offerName }) => (
              <p key={`${code} ${offerName}`}>
                {code !== '' && <CodeText>{code}</CodeText>} {offerName}
              </p>
            ))}
            <p className={classes.small}>
              {t('redeem.pending.about', {
                when: format.time(basket.checkedAt),
                who: basket.operatorName,
                until: format.time(basket.heldUntil),
              })}
            </p>
          </div>
          <div className={classes.pendingActions}>
            <Action tone="primary" busy={busy} onClick={() => void end('redeem', basket)}>
              {t('redeem.confirm', { amount: format.money(basket.payableMinor, basket.currency) })}
            </Action>
            <Action busy={busy} onClick={() => void end('release', basket)}>
              {t('redeem.pending.release')}
            </Action>
          </div>
        </div>
      ))}
      {refused !== undefined && <Sentence refusal={refused} />}
    </div>
  );
}
