import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { useApp } from '../app/app-store.ts';
import { usePreferences } from '../app/preferences.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Logo } from '../ui/logo.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { PIN_DIGITS, PinPad } from '../ui/pin-pad.tsx';
import { sounds } from '../ui/sound.ts';
import classes from './sign-in.module.css';

/** Pick yourself, type six digits: no button to press, by keyboard or finger. */
export function SignIn() {
  const { t } = useTranslation();
  const client = useClient();
  const status = useApp((app) => app.status);
  const ready = status?.phase === 'ready' ? status : undefined;
  const operators = ready?.operators ?? [];
  const [chosen, setChosen] = useState(operators.length === 1 ? operators[0]?.id : undefined);
  const [pin, setPin] = useState('');
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const sound = usePreferences((preferences) => preferences.sound);
  const operator = operators.find((one) => one.id === chosen);

  const signIn = useCallback(
    async (operatorId: string, entered: string) => {
      setBusy(true);
      const answer = await client.call('session.signIn', { operatorId, pin: entered });
      setBusy(false);
      setPin('');
      if (answer.ok) {
        client.setSession(answer.value.session);
        useApp.setState({ operator: answer.value.operator });
      } else {
        setRefused(answer.error);
        if (sound) sounds.refused();
      }
    },
    [client, sound],
  );

  const enter = (entered: string) => {
    if (chosen === undefined || busy) return;
    setRefused(undefined);
    setPin(entered);
    if (entered.length === PIN_DIGITS) void signIn(chosen, entered);
  };

  const choose = (id: string) => {
    setChosen(id);
    setPin('');
    setRefused(undefined);
  };

  if (ready === undefined) return null;
  return (
    <div className={classes.screen}>
      <aside className={classes.side}>
        <Logo size={44} />
        <div className={classes.place}>
          <p className={classes.location}>{ready.location.name}</p>
          <p className={classes.till}>{ready.location.tillName}</p>
        </div>
        {ready.demoPins !== undefined && (
          <div className={classes.demo}>
            <p className={classes.demoTitle}>{t('signIn.demoTitle')}</p>
            <p>{t('signIn.demoText')}</p>
            <dl className={classes.pins}>
              {ready.demoPins.map(({ operatorId, pin: demoPin }) => {
                const person = ready.operators.find((one) => one.id === operatorId);
                return person === undefined ? null : (
                  <div key={operatorId}>
                    <dt>{person.name}</dt>
                    <dd>{demoPin}</dd>
                  </div>
                );
              })}
            </dl>
          </div>
        )}
        <p className={classes.version}>{t('app.version', { version: ready.version })}</p>
      </aside>

      <main className={classes.main}>
        <h1 className={classes.title}>{t('signIn.title')}</h1>
        <div className={classes.columns}>
          <fieldset className={classes.people} aria-label={t('signIn.who')}>
            {operators.map((one) => (
              <button
                key={one.id}
                type="button"
                className={classes.person}
                aria-pressed={one.id === chosen}
                onClick={() => choose(one.id)}
              >
                <Avatar name={one.name} size="l" />
                <span className={classes.personName}>{one.name}</span>
                <span className={classes.personRole}>{t(`roles.${one.role}`)}</span>
              </button>
            ))}
          </fieldset>

          <section
            className={classes.pad}
            aria-label={t('signIn.pin')}
            data-disabled={chosen === undefined || undefined}
          >
            <p className={classes.hello}>
              {operator === undefined ? t('signIn.choose') : t('signIn.hello', { name: operator.name })}
            </p>
            <PinPad
              pin={pin}
              onPin={enter}
              disabled={chosen === undefined || busy}
              refused={refused !== undefined}
            />
            <div className={classes.message}>
              {refused !== undefined && <RefusalNotice refusal={refused} />}
              {refused === undefined && chosen === undefined && (
                <Notice tone="info">{t('signIn.chooseHint')}</Notice>
              )}
            </div>
          </section>
        </div>
      </main>
    </div>
  );
}
