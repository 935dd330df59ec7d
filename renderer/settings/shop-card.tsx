import { NativeSelect, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { useApp, useLocation } from '../app/app-store.ts';
import { languageNames } from '../i18n/i18n.ts';
import { timeZoneOptions } from '../setup/choices.ts';
import { Action } from '../ui/action.tsx';
import { flash } from '../ui/flash.tsx';
import layout from '../ui/form.module.css';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';

const languages = ['en', 'de', 'es'] as const;

/** What the set-up asked, to be corrected later; only the currency stays. */
export function ShopCard() {
  const { t } = useTranslation();
  const client = useClient();
  const location = useLocation();
  const isLane = useApp((app) => app.status?.phase === 'ready' && app.status.lane);
  const [name, setName] = useState(location.name);
  const [tillName, setTillName] = useState(location.tillName);
  const [timeZone, setTimeZone] = useState(location.timeZone);
  const [language, setLanguage] = useState(location.language);
  const [taxMode, setTaxMode] = useState(location.taxMode);
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  if (isLane) return null;

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const answer = await client.call('location.change', {
      name: name.trim(),
      tillName: tillName.trim(),
      timeZone,
      language,
      taxMode,
    });
    setBusy(false);
    setRefused(answer.ok ? undefined : answer.error);
    if (answer.ok) flash(t('settings.shopSaved'));
  }

  return (
    <Card title={t('settings.shop')} lead={t('settings.shopLead')}>
      <form className={layout.form} onSubmit={(event) => void save(event)}>
        <div className={layout.pair}>
          <TextInput
            label={t('setup.shop.name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={120}
            required
          />
          <TextInput
            label={t('setup.shop.till')}
            value={tillName}
            onChange={(event) => setTillName(event.currentTarget.value)}
            maxLength={120}
            required
          />
        </div>
        <div className={layout.pair}>
          <NativeSelect
            label={t('setup.shop.language')}
            size="md"
            value={language}
            onChange={({ currentTarget: { value } }) =>
              setLanguage(languages.find((one) => one === value) ?? 'en')
            }
            data={languages.map((value) => ({ value, label: languageNames[value] }))}
          />
          <Select
            label={t('setup.shop.zone')}
            data={timeZoneOptions()}
            value={timeZone}
            onChange={(value) => value !== null && setTimeZone(value)}
            searchable
            limit={100}
            nothingFoundMessage={t('common.nothingFound')}
          />
        </div>
        <div className={layout.pair}>
          <NativeSelect
            label={t('settings.taxMode')}
            description={t('settings.taxModeHint')}
            size="md"
            value={taxMode}
            onChange={({ currentTarget: { value } }) =>
              setTaxMode(value === 'exclusive' ? 'exclusive' : 'inclusive')
            }
            data={(['inclusive', 'exclusive'] as const).map((value) => ({
              value,
              label: t(`settings.taxModes.${value}`),
            }))}
          />
          <TextInput
            label={t('setup.shop.currency')}
            description={t('settings.currencyStays')}
            value={location.currency}
            readOnly
            disabled
          />
        </div>
        {refused !== undefined && <RefusalNotice refusal={refused} />}
        <div className={layout.actions}>
          <Action type="submit" size="l" busy={busy} disabled={name.trim() === '' || tillName.trim() === ''}>
            {t('offerForm.save')}
          </Action>
        </div>
      </form>
    </Card>
  );
}
