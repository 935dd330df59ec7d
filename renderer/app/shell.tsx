import {
  IconBarcode,
  IconChartBar,
  IconHelp,
  IconHistory,
  IconInbox,
  IconLock,
  IconSearch,
  IconSettings,
  IconStack2,
  IconTicket,
} from '@tabler/icons-react';
import { type ComponentType, lazy, type MouseEvent, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type OperatorRole, roleMay } from '../../shared/contracts/operation.ts';
import { useClient } from '../api/use-client.ts';
import { InboxBadge } from '../inbox/inbox-badge.tsx';
import { Redeem } from '../redeem/redeem.tsx';
import { useRedeem } from '../redeem/redeem-store.ts';
import { useScanner } from '../redeem/use-scanner.ts';
import { Recent } from '../redemptions/recent.tsx';
import { useSearch } from '../search/search-store.ts';
import { SwitchDialog } from '../sign-in/switch-dialog.tsx';
import { SyncPill } from '../sync/sync-pill.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { clearFlash, FlashNote } from '../ui/flash.tsx';
import hidden from '../ui/hidden.module.css';
import { Logo } from '../ui/logo.tsx';
import { useApp, useLocation, useOperator } from './app-store.ts';
import { FaultBanner } from './fault-banner.tsx';
import { HelpOverlay } from './help-overlay.tsx';
import { LowUses } from './low-uses.tsx';
import { go, type Screen, useRoute } from './router.ts';
import classes from './shell.module.css';
import { useAutoLock } from './use-auto-lock.ts';
import { useKeys } from './use-keys.ts';
import { signOut } from './watch-core.ts';

// Managers' screens are not part of the first load: a cashier never waits for them.
const Search = lazy(() => import('../search/search.tsx'));
const Offers = lazy(() => import('../offers/offers.tsx'));
const Batches = lazy(() => import('../batches/batches.tsx'));
const Reports = lazy(() => import('../reports/reports.tsx'));
const Inbox = lazy(() => import('../inbox/inbox.tsx'));
const Settings = lazy(() => import('../settings/settings.tsx'));

type Entry = {
  readonly screen: Screen;
  readonly role: OperatorRole;
  /** Of the keyboard; the twelve do not go round. */
  readonly key?: string;
  readonly icon: typeof IconTicket;
  readonly content: ComponentType;
};

const entries: readonly Entry[] = [
  { screen: 'redeem', role: 'cashier', key: 'F2', icon: IconBarcode, content: Redeem },
  { screen: 'recent', role: 'cashier', key: 'F6', icon: IconHistory, content: Recent },
  { screen: 'search', role: 'manager', key: 'F5', icon: IconSearch, content: Search },
  { screen: 'offers', role: 'manager', key: 'F7', icon: IconTicket, content: Offers },
  { screen: 'batches', role: 'manager', key: 'F8', icon: IconStack2, content: Batches },
  { screen: 'reports', role: 'manager', key: 'F12', icon: IconChartBar, content: Reports },
  { screen: 'inbox', role: 'manager', icon: IconInbox, content: Inbox },
  { screen: 'settings', role: 'cashier', key: 'F9', icon: IconSettings, content: Settings },
];

export function Shell() {
  const { t } = useTranslation();
  const client = useClient();
  const operator = useOperator();
  const { screen } = useRoute();
  const allowed = entries.filter((entry) => roleMay(operator.role, entry.role));
  const current = allowed.find((entry) => entry.screen === screen) ?? entries[0];
  const Content = current?.content ?? Redeem;

  const [switching, setSwitching] = useState(false);

  useAutoLock();
  const lock = () => void signOut(client);
  const toggleHelp = () => useApp.setState((app) => ({ helpOpen: !app.helpOpen }));

  useKeys({
    F1: toggleHelp,
    ...Object.fromEntries(
      allowed.flatMap(({ key, screen: name }) => (key === undefined ? [] : [[key, () => go(name)]])),
    ),
    F10: lock,
  });

  // A code scanned on any screen is redeemed on the redeem screen; only the search asks about it instead.
  useScanner({
    onRedeemScreen: current?.screen === 'redeem',
    onScan: (text) => {
      if (current?.screen === 'search') {
        useSearch.setState({ text });
        return go('search');
      }
      go('redeem');
      void useRedeem.getState().present(client, text);
    },
    onHelp: toggleHelp,
  });

  // A new screen takes the focus, so that the next key belongs to it and not to the link that opened it.
  const main = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: on each change of the screen
  useEffect(() => main.current?.focus(), [current?.screen]);

  // The next operator starts on the screen that everyone has, not on what the last one was looking at.
  useEffect(() => () => go('redeem'), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: on each change of the operator
  useEffect(() => clearFlash, [operator.id]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: takes no clicks of its own
    // biome-ignore lint/a11y/useKeyWithClickEvents: only what a pointer did is undone here
    <div className={classes.shell} onClick={letGoOfFocus}>
      <TopBar onSwitch={() => setSwitching(true)} onHelp={toggleHelp} />
      <nav className={classes.rail} aria-label={t('nav.label')}>
        {allowed.map(({ screen: name, key, icon: Icon }) => (
          <a
            key={name}
            className={classes.railItem}
            href={`#/${name}`}
            aria-current={name === current?.screen ? 'page' : undefined}
            aria-keyshortcuts={key}
          >
            <Icon size={26} stroke={1.8} aria-hidden="true" />
            <span>{t(`nav.${name}`)}</span>
            {name === 'inbox' && <InboxBadge />}
            {key !== undefined && (
              <span className={classes.railKey} aria-hidden="true">
                {key}
              </span>
            )}
          </a>
        ))}
      </nav>
      <main className={classes.main} ref={main} tabIndex={-1} data-screen={current?.screen}>
        <FaultBanner />
        <Suspense fallback={null}>
          <Content />
        </Suspense>
      </main>
      <SwitchDialog open={switching} onClose={() => setSwitching(false)} onLock={lock} />
      <div className={classes.note}>{current?.screen !== 'redeem' && <FlashNote />}</div>
      <HelpOverlay />
    </div>
  );
}

/** After a click or touch the page has the focus again, so that Enter is the next step; the keyboard's focus stays. */
function letGoOfFocus(event: MouseEvent): void {
  const focused = document.activeElement;
  const isPointer = event.detail > 0;
  // Dialogs and popovers render elsewhere but tell of their clicks here; they keep their own focus.
  if (focused?.closest('[role="dialog"], [role="menu"]') != null) return;
  if (isPointer && (focused instanceof HTMLButtonElement || focused instanceof HTMLAnchorElement))
    focused.blur();
}

function TopBar({ onSwitch, onHelp }: { onSwitch: () => void; onHelp: () => void }) {
  const { t } = useTranslation();
  const operator = useOperator();
  const location = useLocation();
  return (
    <header className={classes.top}>
      <Logo />
      <div className={classes.where}>
        <span className={classes.location}>{location.name}</span>
        <span className={classes.till}>{location.tillName}</span>
        {location.demo && <span className={classes.demo}>{t('app.demo')}</span>}
      </div>
      <LowUses />
      <SyncPill />
      <button
        type="button"
        className={classes.topButton}
        onClick={onHelp}
        aria-label={t('help.title')}
        aria-keyshortcuts="F1"
      >
        <IconHelp size={24} aria-hidden="true" />
      </button>
      <button type="button" className={classes.operator} onClick={onSwitch}>
        <Avatar name={operator.name} />
        <span className={classes.operatorText}>
          <span className={classes.operatorName}>{operator.name}</span>
          <span className={classes.operatorRole}>{t(`roles.${operator.role}`)}</span>
        </span>
        <span className={hidden.hidden}>{t('switch.open')}</span>
        <IconLock size={20} aria-hidden="true" />
      </button>
    </header>
  );
}
