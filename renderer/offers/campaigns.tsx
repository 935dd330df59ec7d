import { TextInput } from '@mantine/core';
import { IconPlus, IconSpeakerphone } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Campaign } from '../../shared/contracts/operations/campaigns.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { currencySign, decimalText, minorDigits, parseAmount } from '../i18n/format.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { DayField } from '../ui/day-field.tsx';
import { isDay } from '../ui/day-text.ts';
import { Dialog } from '../ui/dialog.tsx';
import { flash } from '../ui/flash.tsx';
import layout from '../ui/form.module.css';
import { Meter } from '../ui/meter.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, EmptyState, Page } from '../ui/page.tsx';
import table from '../ui/table.module.css';
import { Tag } from '../ui/tag.tsx';
import classes from './campaigns.module.css';
import { OffersSwitch } from './offers-switch.tsx';

type Edited = Campaign | 'new' | undefined;

/** Dates and a budget that several offers share. */
export function Campaigns() {
  const { t } = useTranslation();
  const { data, error } = useQuery('campaigns.list', {}, ['catalogue.changed', 'redemption.recorded']);
  const [edited, setEdited] = useState<Edited>();
  const create = (
    <Action tone="primary" size="xl" icon={<IconPlus size={22} />} onClick={() => setEdited('new')}>
      {t('campaigns.create')}
    </Action>
  );
  const rows = data?.campaigns ?? [];
  return (
    <Page
      title={t('campaigns.title')}
      lead={t('campaigns.lead')}
      action={rows.length > 0 ? create : undefined}
    >
      <div>
        <OffersSwitch current="campaigns" />
      </div>
      {error !== undefined && <RefusalNotice refusal={error} />}
      {data !== undefined && (
        <Card flush>
          {rows.length === 0 ? (
            <EmptyState
              icon={<IconSpeakerphone size={40} />}
              title={t('campaigns.emptyTitle')}
              text={t('campaigns.emptyText')}
              action={create}
            />
          ) : (
            <Rows rows={rows} onEdit={setEdited} />
          )}
        </Card>
      )}
      <Dialog
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        title={edited === 'new' ? t('campaigns.create') : t('campaigns.change')}
        size="lg"
      >
        {edited !== undefined && (
          <CampaignForm
            campaign={edited === 'new' ? undefined : edited}
            onDone={() => setEdited(undefined)}
          />
        )}
      </Dialog>
    </Page>
  );
}

function Rows({ rows, onEdit }: { rows: readonly Campaign[]; onEdit: (row: Campaign) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th>{t('campaigns.name')}</th>
          <th>{t('campaigns.days')}</th>
          <th className={table.number}>{t('campaigns.offers')}</th>
          <th className={table.number}>{t('campaigns.uses')}</th>
          <th>{t('campaigns.spent')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td>
              {row.archived ? (
                <span className={classes.name}>
                  {row.name} <Tag tone="quiet">{t('campaigns.ended')}</Tag>
                </span>
              ) : (
                <button
                  type="button"
                  className={classes.open}
                  onClick={() => onEdit(row)}
                  aria-label={t('campaigns.changeOne', { name: row.name })}
                >
                  {row.name}
                </button>
              )}
            </td>
            <td className={table.nowrap}>
              {row.firstDay === undefined && row.lastDay === undefined
                ? t('campaigns.always')
                : `${row.firstDay === undefined ? '' : format.day(row.firstDay)} – ${
                    row.lastDay === undefined ? '' : format.day(row.lastDay)
                  }`}
            </td>
            <td className={table.number}>{format.number(row.offers)}</td>
            <td className={table.number}>
              {row.maxUses === undefined
                ? format.number(row.uses)
                : t('campaigns.usesOf', { uses: format.number(row.uses), max: format.number(row.maxUses) })}
            </td>
            <td>
              <span className={classes.spent}>
                {format.money(row.discountMinor)}
                {row.budgetMinor !== undefined && (
                  <>
                    <Meter value={row.discountMinor} max={row.budgetMinor} label={t('campaigns.spent')} />
                    {t('campaigns.ofBudget', { amount: format.money(row.budgetMinor) })}
                  </>
                )}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function CampaignForm({ campaign, onDone }: { campaign: Campaign | undefined; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const digits = minorDigits(format.currency);
  const [name, setName] = useState(campaign?.name ?? '');
  const [firstDay, setFirstDay] = useState(campaign?.firstDay ?? '');
  const [lastDay, setLastDay] = useState(campaign?.lastDay ?? '');
  const [budget, setBudget] = useState(
    campaign?.budgetMinor === undefined ? '' : decimalText(campaign.budgetMinor, digits),
  );
  const [maxUses, setMaxUses] = useState(campaign?.maxUses === undefined ? '' : String(campaign.maxUses));
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<Refusal>();
  const [requestId] = useState(() => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))));

  const budgetMinor = budget.trim() === '' ? undefined : (parseAmount(budget, digits) ?? 0);
  const uses = maxUses.trim() === '' ? undefined : Number(/^\d{1,10}$/.test(maxUses.trim()) ? maxUses : 0);
  const wrong = {
    name: name.trim() === '',
    day: [firstDay, lastDay].some((day) => day !== '' && !isDay(day)),
    days: firstDay !== '' && lastDay !== '' && firstDay > lastDay,
    budget: budgetMinor === 0,
    uses: uses === 0,
  };

  async function save(archived: boolean): Promise<void> {
    setTried(true);
    if (Object.values(wrong).some(Boolean)) return;
    const draft = {
      name: name.trim(),
      ...(firstDay === '' ? {} : { firstDay }),
      ...(lastDay === '' ? {} : { lastDay }),
      ...(budgetMinor === undefined ? {} : { budgetMinor }),
      ...(uses === undefined ? {} : { maxUses: uses }),
    };
    const answer =
      campaign === undefined
        ? await client.call('campaigns.create', { requestId, draft })
        : await client.call('campaigns.change', { campaignId: campaign.id, draft, archived });
    if (!answer.ok) return setRefused(answer.error);
    const { name: saved } = draft;
    flash(archived ? t('campaigns.hasEnded', { name: saved }) : t('campaigns.saved', { name: saved }));
    onDone();
  }

  const error = (key: keyof typeof wrong, text: string) => (tried && wrong[key] ? text : undefined);
  return (
    <form
      className={layout.form}
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void save(false);
      }}
    >
      <TextInput
        label={t('campaigns.name')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={error('name', t('offerForm.errors.required'))}
        maxLength={120}
        required
        data-autofocus
      />
      <div className={layout.pair}>
        <DayField label={t('offerForm.firstDay')} value={firstDay} onChange={setFirstDay} />
        <DayField
          label={t('offerForm.lastDay')}
          value={lastDay}
          error={error('days', t('offerForm.errors.days'))}
          onChange={setLastDay}
        />
      </div>
      <div className={layout.pair}>
        <TextInput
          label={t('offerForm.budget')}
          description={t('campaigns.budgetHint')}
          placeholder={t('offerForm.noLimit')}
          inputMode="decimal"
          rightSection={currencySign(format.currency, format.locale)}
          value={budget}
          error={error('budget', t('offerForm.errors.amount'))}
          onChange={(event) => setBudget(event.currentTarget.value)}
        />
        <TextInput
          label={t('offerForm.total')}
          description={t('campaigns.usesHint')}
          placeholder={t('offerForm.noLimit')}
          inputMode="numeric"
          value={maxUses}
          error={error('uses', t('offerForm.errors.whole'))}
          onChange={(event) => setMaxUses(event.currentTarget.value)}
        />
      </div>
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <div className={layout.actions}>
        {campaign !== undefined && (
          <Action tone="stop" size="l" onClick={() => void save(true)}>
            {t('campaigns.end')}
          </Action>
        )}
        <Action type="submit" tone="primary" size="xl">
          {campaign === undefined ? t('campaigns.create') : t('offerForm.save')}
        </Action>
      </div>
    </form>
  );
}
