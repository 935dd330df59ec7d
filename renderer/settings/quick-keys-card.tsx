import { TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QuickKey } from '../../shared/contracts/operations/desk.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { currencySign, decimalText, minorDigits, parseAmount } from '../i18n/format.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { flash } from '../ui/flash.tsx';
import layout from '../ui/form.module.css';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import classes from './settings.module.css';

const MAX_KEYS = 24;

type Line = {
  readonly id: string;
  readonly name: string;
  readonly sku: string;
  readonly price: string;
  readonly category: string;
};

const newId = () => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));

/** The articles that the counter rings up with one press; offers on items know them by category and number. */
export function QuickKeysCard() {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const digits = minorDigits(format.currency);
  const { data } = useQuery('quickKeys.list', {});
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<Refusal>();

  useEffect(() => {
    if (data === undefined) return;
    setLines(
      data.keys.map(({ id, name, sku, unitPriceMinor, category }) => ({
        id,
        name,
        sku,
        price: decimalText(unitPriceMinor, digits),
        category: category ?? '',
      })),
    );
  }, [data, digits]);

  const change = (id: string, part: Partial<Line>) =>
    setLines((before) => before.map((line) => (line.id === id ? { ...line, ...part } : line)));
  const keys = lines.map((line) => keyOf(line, digits));

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    setTried(true);
    const sound = keys.filter((key) => key !== undefined);
    if (sound.length < keys.length) return;
    const answer = await client.call('quickKeys.save', { keys: sound });
    setRefused(answer.ok ? undefined : answer.error);
    if (answer.ok) flash(t('settings.quickKeysSaved'));
  }

  const missing = t('settings.missing');
  return (
    <Card title={t('settings.quickKeys')} lead={t('settings.quickKeysLead')}>
      <form className={layout.form} onSubmit={(event) => void save(event)} noValidate>
        {lines.map((line, i) => (
          <div key={line.id} className={classes.keyRow}>
            <TextInput
              label={t('settings.keyName', { number: i + 1 })}
              value={line.name}
              error={tried && line.name.trim() === '' ? missing : undefined}
              maxLength={60}
              onChange={(event) => change(line.id, { name: event.currentTarget.value })}
            />
            <TextInput
              label={t('settings.keySku', { number: i + 1 })}
              value={line.sku}
              error={tried && line.sku.trim() === '' ? missing : undefined}
              maxLength={60}
              onChange={(event) => change(line.id, { sku: event.currentTarget.value })}
            />
            <TextInput
              label={t('settings.keyPrice', { number: i + 1 })}
              inputMode="decimal"
              rightSection={currencySign(format.currency, format.locale)}
              value={line.price}
              error={tried && !parseAmount(line.price, digits) ? t('offerForm.errors.amount') : undefined}
              onChange={(event) => change(line.id, { price: event.currentTarget.value })}
            />
            <TextInput
              label={t('settings.keyCategory', { number: i + 1 })}
              value={line.category}
              maxLength={60}
              onChange={(event) => change(line.id, { category: event.currentTarget.value })}
            />
            <button
              type="button"
              className={classes.icon}
              aria-label={t('settings.keyRemove', { number: i + 1 })}
              onClick={() => setLines((before) => before.filter((one) => one.id !== line.id))}
            >
              <IconX size={20} aria-hidden="true" />
            </button>
          </div>
        ))}
        {refused !== undefined && <RefusalNotice refusal={refused} />}
        <div className={layout.actions}>
          <Action
            icon={<IconPlus size={20} />}
            disabled={lines.length >= MAX_KEYS}
            onClick={() =>
              setLines((before) => [...before, { id: newId(), name: '', sku: '', price: '', category: '' }])
            }
          >
            {t('settings.keyAdd')}
          </Action>
          {(lines.length > 0 || (data?.keys.length ?? 0) > 0) && (
            <Action type="submit" size="l">
              {t('settings.quickKeysSave')}
            </Action>
          )}
        </div>
      </form>
    </Card>
  );
}

function keyOf({ id, name, sku, price, category }: Line, digits: number): QuickKey | undefined {
  const unitPriceMinor = parseAmount(price, digits);
  if (name.trim() === '' || sku.trim() === '' || !unitPriceMinor) return undefined;
  return {
    id,
    name: name.trim(),
    sku: sku.trim(),
    unitPriceMinor,
    ...(category.trim() === '' ? {} : { category: category.trim() }),
  };
}
