import {
  IconArrowBackUp,
  IconBarcode,
  IconCircleCheckFilled,
  IconCircleXFilled,
  IconCoins,
  IconPlugConnectedX,
  IconPrinter,
  IconReceipt,
} from '@tabler/icons-react';
import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { useApp } from '../app/app-store.ts';
import { refusalSentence } from '../i18n/sentence.ts';
import { useFormat } from '../i18n/use-format.ts';
import { SlipDialog, useSlip } from '../redemptions/slip.tsx';
import { Action } from '../ui/action.tsx';
import { CodeText } from '../ui/code-text.tsx';
import { useSlow } from '../ui/use-slow.ts';
import { useCustomerDialog } from './customer-dialog.tsx';
import { useManagerDialog } from './manager-dialog.tsx';
import { type Coupon, useRedeem } from './redeem-store.ts';
import classes from './result-panel.module.css';

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
    return wasAsking.current ? <TotalWantedPanel code={latest ?? ''} onAdvance={onAdvance} /> : <IdlePanel />;
  }
  wasAsking.current = false;
  const accepted = result.coupons.filter((coupon) => coupon.status === 'accepted');
  const refused = result.coupons.filter((coupon) => coupon.status === 'refused');
  if (accepted.length === 0) {
    const newest = refused.find((coupon) => coupon.entered === latest) ?? refused[0];
    return newest === undefined ? <IdlePanel /> : <RefusedPanel coupon={newest} onAdvance={onAdvance} />;
  }
  return <AcceptedPanel accepted={accepted} refused={refused} fault={fault} onAdvance={onAdvance} />;
}

type PanelProps = {
  readonly tone: 'idle' | 'ask' | 'go' | 'stop' | 'done';
  readonly children: ReactNode;
  readonly stub?: ReactNode;
  readonly live?: boolean;
};

/** A ticket: what is decided above the perforation, what to do now on the stub. */
function Ticket({ tone, children, stub, live = true }: PanelProps) {
  const stale = useRedeem((redeem) => redeem.stale);
  const isSlow = useSlow(useRedeem((redeem) => redeem.phase === 'checking'));
  const busy = stale || isSlow;
  return (
    <section
      className={classes.ticket}
      data-tone={tone}
      data-busy={busy || undefined}
      aria-live={live ? 'assertive' : undefined}
      aria-busy={busy || undefined}
      data-testid="result"
    >
      <div className={classes.body}>{children}</div>
      {stub !== undefined && <div className={classes.stub}>{stub}</div>}
    </section>
  );
}

function IdlePanel() {
  const { t } = useTranslation();
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

function TotalWantedPanel({ code, onAdvance }: { code: string; onAdvance: () => void }) {
  const { t } = useTranslation();
  const hasTotal = useRedeem((redeem) => redeem.items.length > 0 || redeem.entry !== '');
  return (
    <Ticket
      tone="ask"
      stub={
        <Action tone="primary" size="xl" wide hint="Enter" onClick={onAdvance} disabled={!hasTotal}>
          {t('redeem.check')}
        </Action>
      }
    >
      <div className={classes.center}>
        <IconCoins size={76} stroke={1.4} aria-hidden="true" />
        <p className={classes.word}>{t('redeem.ask.title')}</p>
        <p className={classes.next}>{t('redeem.ask.text')}</p>
        <CodeText size="l">{code.toUpperCase()}</CodeText>
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
  return (
    <Ticket
      tone="go"
      stub={
        <>
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
            {accepted.length === 1 ? accepted[0]?.offerName : t('redeem.coupons', { count: accepted.length })}
          </p>
        </div>
      </div>

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
      {refused.map((coupon) => (
        <div key={coupon.entered} className={classes.also}>
          <IconCircleXFilled size={26} aria-hidden="true" />
          <div>
            <CodeText>{coupon.code ?? coupon.entered.toUpperCase()}</CodeText>
            <Sentence refusal={coupon.refusal} />
          </div>
        </div>
      ))}
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

function FaultPanel({ fault, onAdvance }: { fault: Refusal; onAdvance: () => void }) {
  const { t } = useTranslation();
  const sentence = refusalSentence(t, useFormat(), fault);
  return (
    <Ticket
      tone="stop"
      stub={
        <Action size="xl" wide hint="Enter" onClick={onAdvance}>
          {t('common.tryAgain')}
        </Action>
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

function DonePanel({ onAdvance }: { onAdvance: () => void }) {
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

/** The one number that matters, as large as the panel allows for its length. */
function Payable({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <div className={classes.payableRow}>
      <dt>{t('redeem.payable')}</dt>
      <dd
        className={classes.payable}
        data-length={text.length > 11 ? 'long' : text.length > 8 ? 'middle' : 'short'}
        data-testid="payable"
      >
        {text}
      </dd>
    </div>
  );
}

function Sentence({ refusal }: { refusal: Refusal }) {
  const { t } = useTranslation();
  const sentence = refusalSentence(t, useFormat(), refusal);
  return (
    <p className={classes.small} data-testid="also-refused" data-code={refusal.code}>
      <strong>{sentence.text}</strong> {sentence.next}
    </p>
  );
}
