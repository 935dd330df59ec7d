import { Select, TextInput } from '@mantine/core';
import { IconBuildingStore, IconCheck, IconShieldLock, IconUser } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../shared/contracts/common.ts';
import { isSimplePin } from '../../shared/contracts/pin.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { useApp } from '../app/app-store.ts';
import { languageNames, switchLanguage, systemLanguage } from '../i18n/i18n.ts';
import { Action } from '../ui/action.tsx';
import { Cover, CoverTitle } from '../ui/cover.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { PIN_DIGITS, PinPad } from '../ui/pin-pad.tsx';
import { currencyOptions, guessCurrency, timeZoneOptions } from './choices.ts';
import classes from './setup.module.css';

const steps = ['shop', 'admin', 'pin'] as const;
type Step = (typeof steps)[number];
const icons = { shop: IconBuildingStore, admin: IconUser, pin: IconShieldLock };

type Draft = {
  readonly locationName: string;
  readonly tillName: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly language: Language;
  readonly adminName: string;
};

/** First run: three short questions, then the counter is open. */
export function Setup() {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const [step, setStep] = useState<Step>('shop');
  const [draft, setDraft] = useState<Draft>(() => ({
    locationName: '',
    tillName: t('setup.defaultTill'),
    currency: guessCurrency(navigator.language),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    language: systemLanguage(navigator.languages),
    adminName: '',
  }));
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const [nameless, setNameless] = useState(false);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));

  async function create(adminPin: string): Promise<void> {
    setBusy(true);
    setRefused(undefined);
    const answer = await client.call('setup.create', { ...draft, adminPin });
    if (!answer.ok) {
      setBusy(false);
      setRefused(answer.error);
      return;
    }
    // Whoever set the shop up is at the till already: no second PIN entry.
    const signedIn = await client.call('session.signIn', { operatorId: answer.value.adminId, pin: adminPin });
    if (signedIn.ok) {
      client.setSession(signedIn.value.session);
      useApp.setState({ operator: signedIn.value.operator });
    }
    const status = await client.call('app.status', {});
    if (status.ok) useApp.setState({ status: status.value });
  }

  async function makeDemo(): Promise<void> {
    setBusy(true);
    const answer = await client.call('demo.make', {});
    setBusy(false);
    // The status that follows shows its sign-in screen.
    if (!answer.ok) setRefused(answer.error);
  }

  return (
    <Cover
      className={classes.main}
      side={
        <>
          <div>
            <p className={classes.welcome}>{t('setup.welcome')}</p>
            <p className={classes.promise}>{t('setup.promise')}</p>
          </div>
          <ol className={classes.steps}>
            {steps.map((name, i) => {
              const Icon = steps.indexOf(step) > i ? IconCheck : icons[name];
              return (
                <li
                  key={name}
                  aria-current={name === step ? 'step' : undefined}
                  data-done={steps.indexOf(step) > i || undefined}
                >
                  <Icon size={20} aria-hidden="true" />
                  {t(`setup.steps.${name}`)}
                </li>
              );
            })}
          </ol>
        </>
      }
    >
      {step === 'shop' && (
        <ShopStep
          draft={draft}
          onChange={change}
          onLanguage={(language) => {
            change({ language });
            void switchLanguage(language);
          }}
          locale={i18n.language}
          onNext={() => setStep('admin')}
          onDemo={() => void makeDemo()}
          busy={busy}
        />
      )}
      {step === 'admin' && (
        <form
          className={classes.form}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (draft.adminName.trim() === '') setNameless(true);
            else setStep('pin');
          }}
        >
          <CoverTitle title={t('setup.admin.title')} lead={t('setup.admin.lead')} />
          <TextInput
            label={t('setup.admin.name')}
            value={draft.adminName}
            error={nameless && draft.adminName.trim() === '' ? t('setup.admin.nameMissing') : undefined}
            onChange={(event) => change({ adminName: event.currentTarget.value })}
            maxLength={120}
            required
            data-autofocus
            autoFocus
          />
          <div className={classes.actions}>
            <Action size="l" onClick={() => setStep('shop')}>
              {t('common.back')}
            </Action>
            <Action type="submit" tone="primary" size="xl">
              {t('common.next')}
            </Action>
          </div>
        </form>
      )}
      {step === 'pin' && (
        <PinStep
          busy={busy}
          refused={refused}
          onBack={() => setStep('admin')}
          onPin={(pin) => void create(pin)}
        />
      )}
    </Cover>
  );
}

type ShopStepProps = {
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
  readonly onLanguage: (language: Language) => void;
  readonly locale: string;
  readonly onNext: () => void;
  readonly onDemo: () => void;
  readonly busy: boolean;
};

function ShopStep({ draft, onChange, onLanguage, locale, onNext, onDemo, busy }: ShopStepProps) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const isMissing = (text: string) => text.trim() === '';
  const missing = (text: string) => (asked && isMissing(text) ? t('offerForm.errors.required') : undefined);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked(true);
    const [name, till] = [draft.locationName, draft.tillName].map(isMissing);
    if (!name && !till) return onNext();
    const field = event.currentTarget.elements.namedItem(name ? 'locationName' : 'tillName');
    if (field instanceof HTMLElement) field.focus();
  };
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <CoverTitle title={t('setup.shop.title')} lead={t('setup.shop.lead')} />
      <TextInput
        label={t('setup.shop.name')}
        placeholder={t('setup.shop.namePlaceholder')}
        name="locationName"
        error={missing(draft.locationName)}
        value={draft.locationName}
        onChange={(event) => onChange({ locationName: event.currentTarget.value })}
        maxLength={120}
        required
        autoFocus
      />
      <div className={classes.pair}>
        <TextInput
          label={t('setup.shop.till')}
          name="tillName"
          error={missing(draft.tillName)}
          value={draft.tillName}
          onChange={(event) => onChange({ tillName: event.currentTarget.value })}
          maxLength={120}
          required
        />
        <Select
          label={t('setup.shop.language')}
          data={Object.entries(languageNames).map(([value, label]) => ({ value, label }))}
          value={draft.language}
          onChange={(value) => value !== null && onLanguage(value as Language)}
        />
      </div>
      <div className={classes.pair}>
        <Select
          label={t('setup.shop.currency')}
          description={t('setup.shop.currencyStays')}
          data={currencyOptions(locale)}
          value={draft.currency}
          onChange={(value) => value !== null && onChange({ currency: value })}
          searchable
          limit={200}
          nothingFoundMessage={t('common.nothingFound')}
        />
        <Select
          label={t('setup.shop.zone')}
          data={timeZoneOptions()}
          value={draft.timeZone}
          onChange={(value) => value !== null && onChange({ timeZone: value })}
          searchable
          limit={100}
          nothingFoundMessage={t('common.nothingFound')}
        />
      </div>
      <div className={classes.actions}>
        <Action tone="plain" size="l" onClick={onDemo} busy={busy}>
          {t('setup.demo')}
        </Action>
        <Action type="submit" tone="primary" size="xl" disabled={busy}>
          {t('common.next')}
        </Action>
      </div>
    </form>
  );
}

type PinStepProps = {
  readonly busy: boolean;
  readonly refused: Refusal | undefined;
  readonly onBack: () => void;
  readonly onPin: (pin: string) => void;
};

/** Asks twice: a PIN that nobody knows would lock the shop out. */
function PinStep({ busy, refused, onBack, onPin }: PinStepProps) {
  const { t } = useTranslation();
  const [first, setFirst] = useState<string>();
  const [pin, setPin] = useState('');
  const [differs, setDiffers] = useState(false);
  const [simple, setSimple] = useState(false);

  const enter = (entered: string) => {
    setDiffers(false);
    setSimple(false);
    setPin(entered);
    if (entered.length < PIN_DIGITS) return;
    setPin('');
    setSimple(first === undefined && isSimplePin(entered));
    if (first === undefined && isSimplePin(entered)) return;
    if (first === undefined) setFirst(entered);
    else if (first === entered) onPin(entered);
    else {
      setFirst(undefined);
      setDiffers(true);
    }
  };

  return (
    <div className={classes.form}>
      <CoverTitle
        title={first === undefined ? t('setup.pin.title') : t('setup.pin.again')}
        lead={differs ? t('setup.pin.differs') : t('setup.pin.lead')}
      />
      <div className={classes.pad}>
        <PinPad
          pin={pin}
          onPin={enter}
          disabled={busy}
          refused={differs || simple || refused !== undefined}
        />
      </div>
      {simple && <RefusalNotice refusal={{ code: 'pin_too_simple', params: {} }} />}
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <div className={classes.actions}>
        <Action size="l" onClick={first === undefined ? onBack : () => setFirst(undefined)} disabled={busy}>
          {t('common.back')}
        </Action>
      </div>
    </div>
  );
}
