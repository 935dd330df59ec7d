import { Loader, MantineProvider } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { switchLanguage, systemLanguage } from '../i18n/i18n.ts';
import { Attach } from '../lanes/attach.tsx';
import { Setup } from '../setup/setup.tsx';
import { SignIn } from '../sign-in/sign-in.tsx';
import { Action } from '../ui/action.tsx';
import { Logo } from '../ui/logo.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { Unlock } from '../unlock/unlock.tsx';
import classes from './app.module.css';
import { useApp } from './app-store.ts';
import { usePreferences } from './preferences.ts';
import { Shell } from './shell.tsx';
import { styleNonce } from './style-nonce.ts';
import { cssVariables, theme } from './theme.ts';
import { isGone } from './watch-core.ts';

export function App() {
  const scheme = usePreferences((preferences) => preferences.scheme);
  useContrast();
  useLanguage();
  return (
    <MantineProvider
      key={scheme}
      theme={theme}
      cssVariablesResolver={cssVariables}
      getStyleNonce={styleNonce}
      defaultColorScheme={scheme}
      colorSchemeManager={fixedScheme(scheme)}
    >
      <Screen />
    </MantineProvider>
  );
}

function Screen() {
  const status = useApp((app) => app.status);
  const fault = useApp((app) => app.fault);
  const operator = useApp((app) => app.operator);
  if (status === undefined) return <Starting />;
  if (fault !== undefined && !isGone(fault.code)) return <Starting />;
  if (status.phase === 'pairing')
    return <Attach asksForHub={status.asksForHub} hubUrl={status.hubUrl ?? ''} />;
  if (status.phase === 'locked') return <Unlock />;
  if (status.phase === 'setup') return <Setup />;
  return operator === undefined ? <SignIn /> : <Shell />;
}

function Starting() {
  const { t } = useTranslation();
  const fault = useApp((app) => app.fault);
  const [attaching, setAttaching] = useState(false);
  if (attaching) return <Attach asksForHub />;
  return (
    <main className={classes.starting}>
      <Logo size={56} word={false} />
      {fault === undefined ? (
        <Loader color="var(--cf-accent)" aria-label={t('app.starting')} />
      ) : (
        <RefusalNotice refusal={fault} />
      )}
      {fault?.code === 'hub_unreachable' && (
        <Action size="l" onClick={() => setAttaching(true)}>
          {t('lanes.missing.attach')}
        </Action>
      )}
    </main>
  );
}

/** The scheme comes from the preferences alone: Mantine keeps no second copy of it. */
function fixedScheme(scheme: 'auto' | 'light' | 'dark') {
  return {
    get: () => scheme,
    set: () => undefined,
    subscribe: () => undefined,
    unsubscribe: () => undefined,
    clear: () => undefined,
  };
}

function useContrast(): void {
  const contrast = usePreferences((preferences) => preferences.contrast);
  useEffect(() => {
    const query = window.matchMedia('(prefers-contrast: more)');
    const apply = () => {
      const more = contrast === 'more' || query.matches;
      if (more) document.documentElement.dataset.contrast = 'more';
      else delete document.documentElement.dataset.contrast;
    };
    apply();
    query.addEventListener('change', apply);
    return () => query.removeEventListener('change', apply);
  }, [contrast]);
}

function useLanguage(): void {
  const chosen = usePreferences((preferences) => preferences.language);
  const location = useApp((app) =>
    app.status?.phase === 'ready' ? app.status.location.language : undefined,
  );
  useEffect(() => {
    void switchLanguage(chosen === 'location' ? (location ?? systemLanguage(navigator.languages)) : chosen);
  }, [chosen, location]);
}
