import { SegmentedControl, Select, Switch, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type OperatorRole, roleMay } from '../../shared/contracts/operation.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { useApp, useLocation, useOperator } from '../app/app-store.ts';
import { lockChoices, type Preferences, setPreferences, usePreferences } from '../app/preferences.ts';
import { useRoute } from '../app/router.ts';
import { languageNames } from '../i18n/i18n.ts';
import { LanesCard } from '../lanes/lanes-card.tsx';
import { EnrolForm } from '../sync/enrol-form.tsx';
import { Action } from '../ui/action.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, Page } from '../ui/page.tsx';
import { BackupCard, HistoryCard } from './backup-card.tsx';
import { KeysCard } from './keys-card.tsx';
import classes from './settings.module.css';

export default function Settings() {
  const { t } = useTranslation();
  const operator = useOperator();
  const { subject } = useRoute();
  const sync = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (subject === 'sync') sync.current?.scrollIntoView();
  }, [subject]);

  return (
    <Page title={t('settings.title')}>
      <div className={classes.columns}>
        <AppearanceCard />
        <AboutCard />
        {roleMay(operator.role, 'manager') && <LanesCard />}
        {roleMay(operator.role, 'manager') && <BackupCard />}
        {roleMay(operator.role, 'admin') && <KeysCard />}
        {roleMay(operator.role, 'manager') && <HistoryCard />}
        {roleMay(operator.role, 'manager') && <PeopleCard mayAdd={roleMay(operator.role, 'admin')} />}
        {roleMay(operator.role, 'admin') && (
          <div ref={sync}>
            <Card title={t('sync.title')} lead={t('settings.syncLead')}>
              <EnrolForm />
            </Card>
          </div>
        )}
      </div>
    </Page>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.row}>
      <span>{label}</span>
      {children}
    </div>
  );
}

function AppearanceCard() {
  const { t } = useTranslation();
  const preferences = usePreferences();
  return (
    <Card title={t('settings.appearance')} lead={t('settings.appearanceLead')}>
      <Row label={t('settings.scheme')}>
        <SegmentedControl
          aria-label={t('settings.scheme')}
          value={preferences.scheme}
          onChange={(scheme) => setPreferences({ scheme: scheme as Preferences['scheme'] })}
          data={(['auto', 'light', 'dark'] as const).map((value) => ({
            value,
            label: t(`settings.schemes.${value}`),
          }))}
        />
      </Row>
      <Row label={t('settings.language')}>
        <Select
          aria-label={t('settings.language')}
          value={preferences.language}
          onChange={(language) => setPreferences({ language: language as Preferences['language'] })}
          data={[
            { value: 'location', label: t('settings.languageOfLocation') },
            ...Object.entries(languageNames).map(([value, label]) => ({ value, label })),
          ]}
        />
      </Row>
      <Row label={t('settings.lock')}>
        <Select
          aria-label={t('settings.lock')}
          value={String(preferences.lockAfterMinutes)}
          onChange={(value) => {
            const lockAfterMinutes = lockChoices.find((choice) => String(choice) === value);
            if (lockAfterMinutes !== undefined) setPreferences({ lockAfterMinutes });
          }}
          data={lockChoices.map((minutes) => ({
            value: String(minutes),
            label: minutes === 0 ? t('settings.lockNever') : t('settings.lockAfter', { count: minutes }),
          }))}
        />
      </Row>
      <div className={classes.row}>
        <Switch
          label={t('settings.contrast')}
          checked={preferences.contrast === 'more'}
          onChange={(event) => setPreferences({ contrast: event.currentTarget.checked ? 'more' : 'auto' })}
        />
      </div>
      <div className={classes.row}>
        <Switch
          label={t('settings.sound')}
          checked={preferences.sound}
          onChange={(event) => setPreferences({ sound: event.currentTarget.checked })}
        />
      </div>
    </Card>
  );
}

function AboutCard() {
  const { t } = useTranslation();
  const location = useLocation();
  const status = useApp((app) => app.status);
  return (
    <Card title={t('settings.about')}>
      <Row label={t('setup.shop.name')}>
        <strong>{location.name}</strong>
      </Row>
      <Row label={t('setup.shop.till')}>
        <strong>{location.tillName}</strong>
      </Row>
      <Row label={t('setup.shop.currency')}>
        <strong>{location.currency}</strong>
      </Row>
      <Row label={t('setup.shop.zone')}>
        <strong>{location.timeZone.replaceAll('_', ' ')}</strong>
      </Row>
      <Row label={t('settings.version')}>
        <strong>{t('app.version', { version: status?.version ?? '' })}</strong>
      </Row>
    </Card>
  );
}

function PeopleCard({ mayAdd }: { mayAdd: boolean }) {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('operators.list', {}, ['app.changed']);
  const [adding, setAdding] = useState(false);
  return (
    <Card title={t('settings.people')} lead={t('settings.peopleLead')}>
      {error !== undefined && <RefusalNotice refusal={error} />}
      <ul className={classes.people}>
        {data?.operators.map((person) => (
          <li key={person.id}>
            <Avatar name={person.name} />
            <strong>{person.name}</strong>
            <span>{t(`roles.${person.role}`)}</span>
          </li>
        ))}
      </ul>
      {mayAdd && (
        <Action size="l" icon={<IconPlus size={20} />} onClick={() => setAdding(true)}>
          {t('settings.addPerson')}
        </Action>
      )}
      <Dialog open={adding} onClose={() => setAdding(false)} title={t('settings.addPerson')}>
        <PersonForm
          onAdded={() => {
            setAdding(false);
            reload();
          }}
        />
      </Dialog>
    </Card>
  );
}

const roles = ['cashier', 'manager', 'admin'] as const;

function PersonForm({ onAdded }: { onAdded: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<OperatorRole>('cashier');
  const [pin, setPin] = useState('');
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);

  async function add(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setRefused(undefined);
    const answer = await client.call('operators.add', { name: name.trim(), role, pin });
    setBusy(false);
    if (answer.ok) onAdded();
    else setRefused(answer.error);
  }

  return (
    <form className={classes.form} onSubmit={(event) => void add(event)}>
      <TextInput
        label={t('settings.personName')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={120}
        required
        data-autofocus
      />
      <div>
        <SegmentedControl
          fullWidth
          aria-label={t('settings.role')}
          value={role}
          onChange={(value) => setRole(roles.find((one) => one === value) ?? 'cashier')}
          data={roles.map((value) => ({ value, label: t(`roles.${value}`) }))}
        />
        <p className={classes.hint}>{t(`settings.roleText.${role}`)}</p>
      </div>
      <TextInput
        label={t('settings.pin')}
        description={t('settings.pinHint')}
        inputMode="numeric"
        autoComplete="off"
        value={pin}
        onChange={(event) => setPin(event.currentTarget.value.replace(/\D/g, '').slice(0, 6))}
        required
      />
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <Action
        type="submit"
        tone="primary"
        size="xl"
        wide
        busy={busy}
        disabled={name.trim() === '' || pin.length !== 6}
      >
        {t('settings.addPerson')}
      </Action>
    </form>
  );
}
