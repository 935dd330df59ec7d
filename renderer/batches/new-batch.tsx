import { Select, TextInput } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CodeFormat } from '../../shared/codes/format.ts';
import { guessability } from '../../shared/codes/guessability.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { go } from '../app/router.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { CodeText } from '../ui/code-text.tsx';
import hidden from '../ui/hidden.module.css';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card, Page } from '../ui/page.tsx';
import { Tag, type TagTone } from '../ui/tag.tsx';
import classes from './batches.module.css';

const MAX_CODES = 100_000;
const DEFAULT_COUNT = '100';
const OFFERS_SHOWN = 200;

const formats = [
  { format: { kind: 'crockford', length: 10 }, example: '7K3Q-WM9X-TR42' },
  { format: { kind: 'uuid' }, example: '9f1c2e7a-53b4-4d0e-8a61-0b7f3e5d2c94' },
  { format: { kind: 'classic' }, example: 'K48213' },
] as const satisfies readonly { format: CodeFormat; example: string }[];

const ratingTones: Record<'weak' | 'fair' | 'strong', TagTone> = { weak: 'stop', fair: 'warn', strong: 'go' };

export function NewBatch({ offerId }: { offerId: string | undefined }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const { data } = useQuery('offers.list', { limit: OFFERS_SHOWN }, ['catalogue.changed']);
  const [chosenOffer, setChosenOffer] = useState(offerId);
  const [name, setName] = useState('');
  const [countText, setCountText] = useState(DEFAULT_COUNT);
  const [kind, setKind] = useState<CodeFormat['kind']>('crockford');
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const [requestId] = useState(() => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))));

  const count = /^\d{1,6}$/.test(countText.trim()) ? Number(countText) : 0;
  const countFits = count >= 1 && count <= MAX_CODES;
  // The centre makes the codes of its own offers.
  const offers = (data?.offers ?? []).filter((row) => row.status !== 'archived' && row.origin === 'here');
  const codeFormat = formats.find((one) => one.format.kind === kind)?.format ?? formats[0].format;

  async function create(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (chosenOffer === undefined || !countFits) return;
    setBusy(true);
    setRefused(undefined);
    const answer = await client.call('batches.create', {
      requestId,
      offerId: chosenOffer,
      name: name.trim(),
      count,
      format: codeFormat,
    });
    setBusy(false);
    if (answer.ok) go('batches', answer.value.id);
    else setRefused(answer.error);
  }

  return (
    <Page
      title={t('newBatch.title')}
      lead={t('newBatch.lead')}
      action={
        <Action tone="plain" icon={<IconArrowLeft size={20} />} onClick={() => go('batches')}>
          {t('newBatch.back')}
        </Action>
      }
    >
      <form className={classes.columns} onSubmit={(event) => void create(event)}>
        <Card>
          <div className={classes.form}>
            <Select
              label={t('newBatch.offer')}
              placeholder={t('newBatch.chooseOffer')}
              data={offers.map((row) => ({ value: row.offer.id, label: row.offer.name }))}
              value={chosenOffer ?? null}
              onChange={(value) => setChosenOffer(value ?? undefined)}
              required
              nothingFoundMessage={t('common.nothingFound')}
            />
            <TextInput
              label={t('newBatch.name')}
              description={t('newBatch.nameHint')}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              maxLength={120}
              required
              autoFocus
            />
            <TextInput
              label={t('newBatch.count')}
              inputMode="numeric"
              value={countText}
              onChange={(event) => setCountText(event.currentTarget.value)}
              error={countFits ? undefined : t('newBatch.countError', { max: format.number(MAX_CODES) })}
              required
            />
            <fieldset className={classes.choices}>
              <legend className={classes.legend}>{t('newBatch.format')}</legend>
              {formats.map(({ format: one, example }) => {
                const rating = guessability(one, Math.max(1, count)).rating;
                return (
                  <label
                    key={one.kind}
                    className={classes.choice}
                    data-checked={one.kind === kind || undefined}
                  >
                    <input
                      type="radio"
                      name="format"
                      className={hidden.hidden}
                      checked={one.kind === kind}
                      onChange={() => setKind(one.kind)}
                    />
                    <span>
                      <span className={classes.choiceTitle}>{t(`formats.${one.kind}.name`)}</span>{' '}
                      <CodeText>{example}</CodeText>
                    </span>
                    <Tag tone={ratingTones[rating]}>{t(`formats.rating.${rating}`)}</Tag>
                    <span className={classes.choiceText}>{t(`formats.${one.kind}.text`)}</span>
                  </label>
                );
              })}
            </fieldset>
          </div>
        </Card>
        <div className={classes.side}>
          <GuessCard format={codeFormat} count={Math.max(1, count)} />
          {refused !== undefined && <RefusalNotice refusal={refused} />}
          <Action
            type="submit"
            tone="primary"
            size="xl"
            wide
            busy={busy}
            disabled={chosenOffer === undefined || !countFits || name.trim() === ''}
          >
            {t('newBatch.create', { count, number: format.number(count) })}
          </Action>
        </div>
      </form>
    </Page>
  );
}

/** How hard it is to hit a code by guessing, in words: one guess in how many. */
function GuessCard({ format: codeFormat, count }: { format: CodeFormat; count: number }) {
  const { t } = useTranslation();
  const { locale } = useFormat();
  const { rating, chancePerGuess } = guessability(codeFormat, count);
  const oneIn = new Intl.NumberFormat(locale, {
    maximumSignificantDigits: 2,
    notation: 'compact',
    compactDisplay: 'long',
  }).format(1 / chancePerGuess);
  return (
    <Card title={t('newBatch.guess')}>
      <div className={classes.form} aria-live="polite">
        <div>
          <Tag tone={ratingTones[rating]}>{t(`formats.rating.${rating}`)}</Tag>
        </div>
        <p>{chancePerGuess >= 1 ? t('newBatch.everyGuess') : t('newBatch.oneIn', { number: oneIn })}</p>
        <p>{t(`newBatch.advice.${rating}`)}</p>
      </div>
    </Card>
  );
}
