import { Select, Switch, TextInput } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { type FormEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CodeFormat } from '../../shared/codes/format.ts';
import { MAX_BATCH_CODES } from '../../shared/contracts/operations/batches.ts';
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
import { Tag } from '../ui/tag.tsx';
import classes from './batches.module.css';
import { examplesOf, patternFault, prospects, ratingTones } from './code-prospects.ts';
import { GuessCard } from './guess-card.tsx';

const DEFAULT_COUNT = '100';
const DEFAULT_PATTERN = 'XMAS%x%x%x%x%x%x%c';
const OFFERS_SHOWN = 200;
/** As the core: fewer are there at once. */
const IN_BACKGROUND = 1_000;

const kinds = ['crockford', 'uuid', 'classic', 'pattern'] as const;
type Kind = (typeof kinds)[number];

function formatOf(kind: Kind, pattern: string): CodeFormat {
  if (kind === 'crockford') return { kind, length: 10 };
  return kind === 'pattern' ? { kind, pattern } : { kind };
}

export function NewBatch({ offerId }: { offerId: string | undefined }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const { data } = useQuery('offers.list', { limit: OFFERS_SHOWN }, ['catalogue.changed']);
  const [chosenOffer, setChosenOffer] = useState(offerId);
  const [name, setName] = useState('');
  const [countText, setCountText] = useState(DEFAULT_COUNT);
  const [kind, setKind] = useState<Kind>('crockford');
  const [pattern, setPattern] = useState(DEFAULT_PATTERN);
  const [signed, setSigned] = useState(false);
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const [requestId] = useState(() => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))));

  const entered = countText.replace(/[\s.,'_]/g, '');
  const count = /^\d{1,8}$/.test(entered) ? Number(entered) : 0;
  const countFits = count >= 1 && count <= MAX_BATCH_CODES;
  const fault = patternFault(pattern);
  // The centre makes the codes of its own offers.
  const offers = (data?.offers ?? []).filter((row) => row.status !== 'archived' && row.origin === 'here');
  const codeFormat = useMemo(
    () => (kind === 'pattern' && patternFault(pattern) !== undefined ? undefined : formatOf(kind, pattern)),
    [kind, pattern],
  );
  const outlook = useMemo(
    () => (codeFormat === undefined || !countFits ? undefined : prospects(codeFormat, count)),
    [codeFormat, count, countFits],
  );
  const examples = useMemo(() => examplesOf(codeFormat), [codeFormat]);
  const isTooSmall = outlook !== undefined && count > outlook.usable;

  const missing = [
    ...(chosenOffer === undefined ? [t('newBatch.missingOffer')] : []),
    ...(name.trim() === '' ? [t('newBatch.missingName')] : []),
    ...(countFits ? [] : [t('newBatch.missingCount')]),
    ...(codeFormat === undefined ? [t('newBatch.missingPattern')] : []),
  ];

  async function create(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (chosenOffer === undefined || codeFormat === undefined || missing.length > 0 || isTooSmall) return;
    setBusy(true);
    setRefused(undefined);
    const answer = await client.call('batches.create', {
      requestId,
      offerId: chosenOffer,
      name: name.trim(),
      count,
      format: codeFormat,
      signed,
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
              {...(count > IN_BACKGROUND && countFits ? { description: t('newBatch.background') } : {})}
              inputMode="numeric"
              value={countText}
              onChange={(event) => setCountText(event.currentTarget.value)}
              error={
                countFits ? undefined : t('newBatch.countError', { max: format.number(MAX_BATCH_CODES) })
              }
              required
            />
            <fieldset className={classes.choices}>
              <legend className={classes.legend}>{t('newBatch.format')}</legend>
              {kinds.map((one) => {
                const itsFormat =
                  one === 'pattern' && fault !== undefined ? undefined : formatOf(one, pattern);
                const rating = itsFormat && countFits ? prospects(itsFormat, count).rating : undefined;
                const example = itsFormat && examplesOf(itsFormat)[0];
                return (
                  <label key={one} className={classes.choice} data-checked={one === kind || undefined}>
                    <input
                      type="radio"
                      name="format"
                      className={hidden.hidden}
                      checked={one === kind}
                      onChange={() => setKind(one)}
                    />
                    <span>
                      <span className={classes.choiceTitle}>{t(`formats.${one}.name`)}</span>{' '}
                      {example !== undefined && <CodeText>{example}</CodeText>}
                    </span>
                    {rating !== undefined && (
                      <Tag tone={ratingTones[rating]}>{t(`formats.rating.${rating}`)}</Tag>
                    )}
                    <span className={classes.choiceText}>{t(`formats.${one}.text`)}</span>
                  </label>
                );
              })}
            </fieldset>
            {kind === 'pattern' && (
              <TextInput
                label={t('newBatch.pattern')}
                description={t('newBatch.patternHint')}
                value={pattern}
                onChange={(event) => setPattern(event.currentTarget.value.replace(/\s/g, ''))}
                maxLength={128}
                error={fault === undefined ? undefined : t(`newBatch.patternFaults.${fault}`)}
                spellCheck={false}
                required
              />
            )}
            {kind === 'pattern' && examples.length > 0 && (
              <p className={classes.hint}>{t('newBatch.patternExample', { code: examples.join(', ') })}</p>
            )}
            <Switch
              label={t('newBatch.signed')}
              description={t('newBatch.signedHint')}
              checked={signed}
              onChange={(event) => setSigned(event.currentTarget.checked)}
            />
          </div>
        </Card>
        <div className={classes.side}>
          {outlook !== undefined && <GuessCard outlook={outlook} count={count} />}
          {refused !== undefined && <RefusalNotice refusal={refused} />}
          {missing.length > 0 && (
            <p className={classes.hint} id="missing">
              {t('newBatch.missing', { what: missing.join(', ') })}
            </p>
          )}
          <Action
            type="submit"
            tone="primary"
            size="xl"
            wide
            busy={busy}
            disabled={missing.length > 0 || isTooSmall}
          >
            {countFits ? t('newBatch.create', { count, number: format.number(count) }) : t('newBatch.make')}
          </Action>
        </div>
      </form>
    </Page>
  );
}
