import {
  IconBarcode,
  IconCircleCheckFilled,
  IconCircleXFilled,
  IconCoins,
  IconPlugConnectedX,
} from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_CODES_PER_BASKET } from '../../shared/contracts/operations/redemption.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useApp } from '../app/app-store.ts';
import { refusalSentence } from '../i18n/sentence.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { CodeText } from '../ui/code-text.tsx';
import { useSlow } from '../ui/use-slow.ts';
import { useCustomerDialog } from './customer-dialog.tsx';
import { DonePanel } from './done-panel.tsx';
import { FaultPanel } from './fault-panel.tsx';
import { useManagerDialog } from './manager-dialog.tsx';
import { PendingBaskets, usePendingBaskets } from './pending-baskets.tsx';
import { type Coupon, isWorthSomething, useRedeem } from './redeem-store.ts';
import classes from './result-panel.module.css';
import { Payable, RemoveCode, Sentence, Ticket } from './ticket.tsx';

type Accepted = Extract<Coupon, { status: 'accepted' }>;
type Refused = Extract<Coupon, { status: 'refused' }>;

/** The answer, readable from two metres away: a colour, a word, and one number or one sentence. */
export function ResultPanel({ onAdvance }: { onAdvance: () => void }) {
  const phase = useRedeem((redeem) => redeem.phase);
  const result = useRedeem((redeem) => redeem.result);
  const codes = useRedeem((redeem) => redeem.codes);
  const latest = useRedeem((redeem) => redeem.latest);
  const fault = useRedeem((redeem) => redeem.fault);

  const isSlow = useSlow(phase === 'checking');
  // What stood here before a check stays until there is something to say: the answer mostly comes with the next frame.
  const wasAsking = useRef(false);

  if (phase === 'done' || phase === 'undone') return <DonePanel onAdvance={onAdvance} />;
  if (result === undefined) {
    if (fault !== undefined) return <FaultPanel fault={fault} onAdvance={onAdvance} />;
    if (isSlow) return <CheckingPanel code={latest ?? ''} />;
    if (phase !== 'checking') wasAsking.current = codes.length > 0;
    return wasAsking.current ? <TotalWantedPanel onAdvance={onAdvance} /> : <IdlePanel />;
  }
  wasAsking.current = false;
  const accepted = result.coupons.filter((coupon) => coupon.status === 'accepted');
  const refused = result.coupons.filter((coupon) => coupon.status === 'refused');
  if (!isWorthSomething(result)) {
    const newest = refused.find((coupon) => coupon.entered === latest) ?? refused[0];
    return newest === undefined ? <IdlePanel /> : <RefusedPanel coupon={newest} onAdvance={onAdvance} />;
  }
  return <AcceptedPanel accepted={accepted} refused={refused} fault={fault} onAdvance={onAdvance} />;
}

function IdlePanel() {
  const { t } = useTranslation();
  const pending = usePendingBaskets();
  const hubGone = useApp((app) => !app.linked && app.status?.phase === 'ready' && app.status.lane);
  if (hubGone) {
    return (
      <Ticket tone="stop">
        <div className={classes.center}>
          <IconPlugConnectedX size={92} stroke={1.4} aria-hidden="true" />
          <p className={classes.word}>{t('sync.state.hubGone')}</p>
          <p className={classes.next}>{t('sync.about.hubGone')}</p>
        </div>
      </Ticket>
    );
  }
  if (pending.baskets.length > 0) {
    return (
      <Ticket tone="ask">
        <p className={classes.word}>{t('redeem.pending.title')}</p>
        <PendingBaskets {...pending} />
      </Ticket>
    );
  }
  return (
    <Ticket tone="idle" live={false}>
      <div className={classes.center}>
        <IconBarcode size={92} stroke={1.4} aria-hidden="true" />
        <p className={classes.word}>{t('redeem.idle.title')}</p>
        <p className={classes.next}>{t('redeem.idle.text')}</p>
      </div>
    </Ticket>
  );
}

function CheckingPanel({ code }: { code: string }) {
  const { t } = useTranslation();
  return (
    <Ticket tone="idle">
      <div className={classes.center}>
        <p className={classes.word}>{t('redeem.checking')}</p>
        <CodeText size="l">{code.toUpperCase()}</CodeText>
      </div>
    </Ticket>
  );
}

function TotalWantedPanel({ onAdvance }: { onAdvance: () => void }) {
  const { t } = useTranslation();
  const codes = useRedeem((redeem) => redeem.codes);
  const hasTotal = useRedeem((redeem) => redeem.items.length > 0 || redeem.entry !== '');
  return (
    <Ticket
      tone="ask"
      stub={
        <>
          <LeftOut />
          <Action tone="primary" size="xl" wide hint="Enter" onClick={onAdvance} disabled={!hasTotal}>
            {t('redeem.check')}
          </Action>
        </>
      }
    >
      <div className={classes.center}>
        <IconCoins size={76} stroke={1.4} aria-hidden="true" />
        <p className={classes.word}>{t('redeem.ask.title')}</p>
        <p className={classes.next}>{t('redeem.ask.text')}</p>
        <ul className={classes.asked}>
          {codes.map((code) => (
            <li key={code}>
              <CodeText size={codes.length === 1 ? 'l' : 'm'}>{code.toUpperCase()}</CodeText>
              <RemoveCode entered={code} name={code.toUpperCase()} />
            </li>
          ))}
        </ul>
      </div>
    </Ticket>
  );
}

type AcceptedProps = {
  readonly accepted: readonly Accepted[];
  readonly refused: readonly Refused[];
  readonly fault: Refusal | undefined;
  readonly onAdvance: () => void;
};

function AcceptedPanel({ accepted, refused, fault, onAdvance }: AcceptedProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const result = useRedeem((redeem) => redeem.result);
  const stale = useRedeem((redeem) => redeem.stale);
  const phase = useRedeem((redeem) => redeem.phase);
  const left = accepted.find((coupon) => coupon.usesLeftHere !== undefined);
  if (result === undefined) return null;
  const named = accepted.length > 0 ? accepted : (result.automatic ?? []);
  const names = named.map(({ offerName }) => offerName);
  return (
    <Ticket
      tone="go"
      stub={
        <>
          <LeftOut />
          {fault !== undefined && <Sentence refusal={fault} />}
          <Action
            tone="primary"
            size="xl"
            wide
            hint="Enter"
            onClick={onAdvance}
            busy={phase === 'confirming'}
            disabled={phase === 'checking'}
          >
            {stale
              ? t('redeem.checkAgain')
              : t('redeem.confirm', { amount: format.money(result.payableMinor) })}
          </Action>
        </>
      }
    >
      <div className={classes.head}>
        <IconCircleCheckFilled size={56} aria-hidden="true" />
        <div>
          <p className={classes.word}>{t('redeem.accepted')}</p>
          <p className={classes.offer}>
            {names.length === 1 ? names[0] : t('redeem.coupons', { count: names.length })}
          </p>
        </div>
      </div>
      {refused.map((coupon) => (
        <div key={coupon.entered} className={classes.also}>
          <IconCircleXFilled size={26} aria-hidden="true" />
          <div>
            <CodeText>{coupon.code ?? coupon.entered.toUpperCase()}</CodeText>
            <Sentence refusal={coupon.refusal} />
          </div>
          <RemoveCode entered={coupon.entered} name={coupon.code ?? coupon.entered.toUpperCase()} />
        </div>
      ))}

      <dl className={classes.amounts}>
        <div>
          <dt>{t('redeem.discount')}</dt>
          <dd className={classes.discount} data-testid="discount">
            {format.money(-result.discountMinor)}
          </dd>
        </div>
        <Payable text={format.money(result.payableMinor)} />
      </dl>

      <ul className={classes.coupons}>
        {accepted.map((coupon) => (
          <li key={coupon.entered}>
            <CodeText>{coupon.code}</CodeText>
            {accepted.length > 1 && <span>{coupon.offerName}</span>}
            {accepted.length > 1 && (
              <span className={classes.couponAmount}>{format.money(-coupon.discountMinor)}</span>
            )}
            <RemoveCode entered={coupon.entered} name={coupon.code} />
          </li>
        ))}
        {result.automatic?.map((offer) => (
          <li key={offer.offerId}>
            <span>{t('redeem.automatic', { offer: offer.offerName })}</span>
            <span className={classes.couponAmount}>{format.money(-offer.discountMinor)}</span>
          </li>
        ))}
        {left?.usesLeftHere !== undefined && accepted.length === 1 && (
          <li className={classes.left}>{t('redeem.usesLeft', { count: left.usesLeftHere })}</li>
        )}
      </ul>
    </Ticket>
  );
}

function RefusedPanel({ coupon, onAdvance }: { coupon: Refused; onAdvance: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sentence = refusalSentence(t, format, coupon.refusal);
  const wantsCustomer = coupon.refusal.code === 'customer_required';
  const wantsManager = coupon.refusal.code === 'manager_required';
  return (
    <Ticket
      tone="stop"
      stub={
        wantsManager ? (
          <Action
            tone="primary"
            size="xl"
            wide
            hint="Enter"
            onClick={() => useManagerDialog.setState({ open: true })}
          >
            {t('void.managerPin')}
          </Action>
        ) : wantsCustomer ? (
          <Action
            tone="primary"
            size="xl"
            wide
            hint="F4"
            onClick={() => useCustomerDialog.setState({ open: true })}
          >
            {t('customer.name')}
          </Action>
        ) : (
          <Action size="xl" wide hint="Enter" onClick={onAdvance}>
            {t('redeem.dismiss')}
          </Action>
        )
      }
    >
      <div className={classes.head}>
        <IconCircleXFilled size={56} aria-hidden="true" />
        <div>
          <p className={classes.word}>{t('redeem.refused')}</p>
          {coupon.offerName !== undefined && <p className={classes.offer}>{coupon.offerName}</p>}
        </div>
      </div>
      <p className={classes.sentence} data-testid="refusal" data-code={coupon.refusal.code}>
        {sentence.text}
      </p>
      <p className={classes.next} data-testid="next-step">
        {sentence.next}
      </p>
      <ul className={classes.coupons}>
        <li>
          <CodeText>{coupon.code ?? coupon.entered.toUpperCase()}</CodeText>
        </li>
      </ul>
    </Ticket>
  );
}

/** A sale is full: nothing that it has may make way unseen. */
function LeftOut() {
  const { t } = useTranslation();
  const code = useRedeem((redeem) => redeem.leftOut);
  if (code === undefined) return null;
  return (
    <p className={classes.small} data-testid="left-out">
      <strong>{t('redeem.full', { count: MAX_CODES_PER_BASKET, code: code.toUpperCase() })}</strong>{' '}
      {t('redeem.fullNext')}
    </p>
  );
}
