import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from '../api/use-client.ts';
import { usePreferences } from '../app/preferences.ts';
import { isDialogOpen, useKeys } from '../app/use-keys.ts';
import hidden from '../ui/hidden.module.css';
import { sounds } from '../ui/sound.ts';
import { advanceRedeem } from './advance.ts';
import { BasketPanel } from './basket-panel.tsx';
import { CodeField } from './code-field.tsx';
import { CustomerDialog, useCustomerDialog } from './customer-dialog.tsx';
import { ManagerDialog } from './manager-dialog.tsx';
import classes from './redeem.module.css';
import { isWorthSomething, useRedeem } from './redeem-store.ts';
import { ResultPanel } from './result-panel.tsx';

/** After a change of the basket, this long without a key asks again by itself. */
const RECHECK_MS = 600;

/** The counter: the basket on one side, what the code is worth on the other. Everything by keyboard, touch or scan. */
export function Redeem() {
  const { t } = useTranslation();
  const client = useClient();
  const codeField = useRef<HTMLInputElement>(null);
  useRecheck();
  useResultSound();

  const advance = () => advanceRedeem(client);
  useKeys({
    F3: () => codeField.current?.focus(),
    F4: () => useCustomerDialog.setState({ open: true }),
    Escape: () => useRedeem.getState().clear(),
  });
  usePageKeys(advance, () => void useRedeem.getState().bringBack(client));

  return (
    <div className={classes.screen}>
      <h1 className={hidden.hidden}>{t('nav.redeem')}</h1>
      <BasketPanel />
      <div className={classes.side}>
        <CodeField ref={codeField} />
        <ResultPanel onAdvance={advance} />
      </div>
      <CustomerDialog />
      <ManagerDialog />
    </div>
  );
}

/** Enter, Backspace and Ctrl+Z outside any field; a button that has the focus keeps its own Enter. */
function usePageKeys(advance: () => void, bringBack: () => void): void {
  const latest = useRef({ advance, bringBack });
  useEffect(() => {
    latest.current = { advance, bringBack };
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.altKey || event.defaultPrevented || isDialogOpen()) return;
      const target = event.target instanceof Element ? event.target : document.body;
      if (target.closest('input, textarea, select, [role="combobox"], [role="listbox"]') !== null) return;
      if (event.ctrlKey || event.metaKey) {
        if (event.key === 'z') latest.current.bringBack();
      } else if (event.key === 'Backspace') {
        event.preventDefault();
        useRedeem.getState().type('Backspace');
      } else if (event.key === 'Enter' && !event.repeat && !hasOwnEnter(target)) {
        event.preventDefault();
        latest.current.advance();
      }
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** A button that the keyboard went to; one that has the focus for other reasons leaves Enter to the counter. */
function hasOwnEnter(target: Element): boolean {
  const control = target.closest('button, a');
  return control?.matches(':focus-visible') ?? false;
}

function useRecheck(): void {
  const client = useClient();
  const stale = useRedeem((redeem) => redeem.stale);
  const items = useRedeem((redeem) => redeem.items);
  const entry = useRedeem((redeem) => redeem.entry);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the basket starts the wait again
  useEffect(() => {
    if (!stale) return;
    const timer = setTimeout(() => void useRedeem.getState().check(client), RECHECK_MS);
    return () => clearTimeout(timer);
  }, [client, stale, items, entry]);
}

function useResultSound(): void {
  const result = useRedeem((redeem) => redeem.result);
  const fault = useRedeem((redeem) => redeem.fault);
  const leftOut = useRedeem((redeem) => redeem.leftOut);
  const sound = usePreferences((preferences) => preferences.sound);
  useEffect(() => {
    if (sound) sounds.prepare();
  }, [sound]);
  useEffect(() => {
    if (!sound || (result === undefined && fault === undefined && leftOut === undefined)) return;
    const { latest } = useRedeem.getState();
    const coupon = result?.coupons.find((one) => one.entered === latest);
    const isGood = latest === undefined ? isWorthSomething(result) : coupon?.status === 'accepted';
    if (fault === undefined && leftOut === undefined && isGood) sounds.accepted();
    else sounds.refused();
  }, [result, fault, leftOut, sound]);
}
