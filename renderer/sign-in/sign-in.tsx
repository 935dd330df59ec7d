import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-store.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Cover, CoverTitle } from '../ui/cover.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { PinPad } from '../ui/pin-pad.tsx';
import classes from './sign-in.module.css';
import { usePinSignIn } from './use-pin-sign-in.ts';

/** Pick yourself, type six digits: no button to press, by keyboard or finger. */
export function SignIn() {
  const { t } = useTranslation();
  const status = useApp((app) => app.status);
  const ready = status?.phase === 'ready' ? status : undefined;
  const operators = ready?.operators ?? [];
  const [chosen, setChosen] = useState(operators.length === 1 ? operators[0]?.id : undefined);
  const operator = operators.find((one) => one.id === chosen);
  const { pin, refused, busy, reset, enter } = usePinSignIn(chosen);

  const choose = (id: string) => {
    setChosen(id);
    reset();
  };

  if (ready === undefined) return null;
  return (
    <Cover
      className={classes.main}
      side={
        <>
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
        </>
      }
    >
      <CoverTitle title={t('signIn.title')} />
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
    </Cover>
  );
}
