import { FileInput, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type CardDesign, MAX_LOGO_BYTES } from '../../shared/contracts/operations/cards.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { base64OfFile } from '../ui/base64.ts';
import { RefusalNotice } from '../ui/notice.tsx';
import classes from './printing.module.css';

type SavedCard = OutputOf<'cards.get'>;

/** The logo as the page shows it. */
export function logoUrl({ logo }: SavedCard): string | undefined {
  return logo && `data:${logo.mime};base64,${logo.base64}`;
}

/** Colours, texts and logo of voucher cards. */
export function CardDesignFields({
  saved,
  design,
  onChange,
  onSaved,
}: {
  saved: SavedCard;
  design: CardDesign;
  onChange: (design: CardDesign) => void;
  onSaved: () => void;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const [refused, setRefused] = useState<Refusal>();
  const [tooLarge, setTooLarge] = useState(false);

  async function setLogo(file: File | null): Promise<void> {
    setTooLarge(file !== null && file.size > MAX_LOGO_BYTES);
    if (file !== null && file.size > MAX_LOGO_BYTES) return;
    const answer = await client.call('cards.setLogo', file ? { base64: await base64OfFile(file) } : {});
    setRefused(answer.ok ? undefined : answer.error);
    if (answer.ok) onSaved();
  }

  return (
    <>
      <div className={classes.pair}>
        <ColourField
          label={t('print.ground')}
          value={design.ground}
          onChange={(ground) => onChange({ ...design, ground })}
        />
        <ColourField
          label={t('print.accent')}
          value={design.accent}
          onChange={(accent) => onChange({ ...design, accent })}
        />
      </div>
      <TextInput
        label={t('print.heading')}
        description={t('print.headingHint')}
        maxLength={60}
        value={design.heading}
        onChange={(event) => onChange({ ...design, heading: event.currentTarget.value })}
      />
      <TextInput
        label={t('print.note')}
        maxLength={200}
        value={design.note}
        onChange={(event) => onChange({ ...design, note: event.currentTarget.value })}
      />
      <FileInput
        label={t('print.logo')}
        placeholder={saved.logo === undefined ? t('print.chooseLogo') : t('print.changeLogo')}
        accept="image/png,image/jpeg"
        value={null}
        error={tooLarge && t('print.logoTooLarge', { max: format.number(MAX_LOGO_BYTES / 1_000) })}
        onChange={(file) => void setLogo(file)}
      />
      {saved.logo !== undefined && (
        <Action tone="plain" onClick={() => void setLogo(null)}>
          {t('print.removeLogo')}
        </Action>
      )}
      {refused !== undefined && <RefusalNotice refusal={refused} />}
    </>
  );
}

function ColourField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (colour: string) => void;
}) {
  const id = useId();
  return (
    <div className={classes.colour}>
      <label htmlFor={id}>{label}</label>
      <input id={id} type="color" value={value} onChange={(event) => onChange(event.currentTarget.value)} />
    </div>
  );
}
