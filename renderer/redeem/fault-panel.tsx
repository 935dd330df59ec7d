import { IconCircleXFilled } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { refusalSentence } from '../i18n/sentence.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { useCustomerDialog } from './customer-dialog.tsx';
import { useRedeem } from './redeem-store.ts';
import classes from './result-panel.module.css';
import { Ticket } from './ticket.tsx';

/** The check itself failed: nothing is known of any code. Another try, or on with the next customer. */
export function FaultPanel({ fault, onAdvance }: { fault: Refusal; onAdvance: () => void }) {
  const { t } = useTranslation();
  const sentence = refusalSentence(t, useFormat(), fault);
  return (
    <Ticket
      tone="stop"
      stub={
        <div className={classes.faultActions}>
          <Action size="xl" hint="Esc" onClick={() => useRedeem.getState().clear()}>
            {t('redeem.nextCustomer')}
          </Action>
          {fault.code === 'customer_unreadable' ? (
            <Action
              tone="primary"
              size="xl"
              wide
              hint="F4"
              onClick={() => useCustomerDialog.setState({ open: true })}
            >
              {t('customer.change')}
            </Action>
          ) : (
            <Action tone="primary" size="xl" wide hint="Enter" onClick={onAdvance}>
              {t('common.tryAgain')}
            </Action>
          )}
        </div>
      }
    >
      <div className={classes.head}>
        <IconCircleXFilled size={56} aria-hidden="true" />
        <p className={classes.word}>{t('redeem.notChecked')}</p>
      </div>
      <p className={classes.sentence} data-testid="refusal" data-code={fault.code}>
        {sentence.text}
      </p>
      <p className={classes.next}>{sentence.next}</p>
    </Ticket>
  );
}
