import { SegmentedControl, Select, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useApp, useLocation } from '../app/app-store.ts';
import { lockChoices, type Preferences, setPreferences, usePreferences } from '../app/preferences.ts';
import { languageNames } from '../i18n/i18n.ts';
import { Card } from '../ui/page.tsx';
import { Row } from './row.tsx';
import classes from './settings.module.css';

export function AppearanceCard() {
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

export function AboutCard() {
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
