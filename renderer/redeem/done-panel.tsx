import { IconArrowBackUp, IconPrinter, IconReceipt } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useClient } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { SlipDialog, useSlip } from '../redemptions/slip.tsx';
import { Action } from '../ui/action.tsx';
import { CodeText } from '../ui/code-text.tsx';
import { useRedeem } from './redeem-store.ts';
import classes from './result-panel.module.css';
import { Payable, Sentence, Ticket } from './ticket.tsx';

/** The uses are committed and the customer pays; one press takes them back. */
export function DonePanel({ onAdvance }: { onAdvance: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const done = useRedeem((redeem) => redeem.done);
  const undone = useRedeem((redeem) => redeem.phase === 'undone');
  const fault = useRedeem((redeem) => redeem.fault);
  const slip = useSlip();
  if (done === undefined) return null;
  const [redemption] = done.redemptions;
  return (
    <Ticket
      tone="done"
      stub={
        <>
          <SlipDialog />
          {fault !== undefined && <Sentence refusal={fault} />}
          <div className={classes.doneActions}>
            {!undone && (
              <Action
                size="xl"
                icon={<IconArrowBackUp size={24} />}
                onClick={() => void useRedeem.getState().undo(client, t('redeem.undoReason'))}
              >
                {t('redeem.undo')}
              </Action>
            )}
            {slip.canPrint && redemption !== undefined && (
              <Action size="xl" label={t('slip.print')} onClick={() => slip.print(redemption.id)}>
                <IconPrinter size={26} aria-hidden="true" />
              </Action>
            )}
            <Action tone="primary" size="xl" wide hint="Enter" onClick={onAdvance}>
              {t('redeem.nextCustomer')}
            </Action>
          </div>
        </>
      }
    >
      <div className={classes.head}>
        {undone ? (
          <IconArrowBackUp size={56} aria-hidden="true" />
        ) : (
          <IconReceipt size={56} aria-hidden="true" />
        )}
        <div>
          <p className={classes.word}>{undone ? t('redeem.undone') : t('redeem.done')}</p>
          <p className={classes.offer}>
            {done.redemptions.map((redemption) => redemption.offerName).join(', ')} ·{' '}
            {format.time(done.redeemedAt)}
          </p>
        </div>
      </div>
      <dl className={classes.amounts}>
        <div>
          <dt>{t('redeem.discount')}</dt>
          <dd className={classes.discount}>{format.money(undone ? 0 : -done.discountMinor)}</dd>
        </div>
        <Payable text={format.money(undone ? done.subtotalMinor : done.payableMinor)} />
      </dl>
      <ul className={classes.coupons}>
        {done.redemptions
          .filter(({ code }) => code !== '')
          .map((redemption) => (
            <li key={redemption.id}>
              <CodeText>{redemption.code}</CodeText>
            </li>
          ))}
      </ul>
    </Ticket>
  );
}
