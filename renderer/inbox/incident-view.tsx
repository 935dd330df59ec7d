import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Incident } from '../../shared/contracts/incident.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { channels } from '../i18n/channels.ts';
import type { Translate } from '../i18n/i18n.ts';
import { type Format, useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Choice, Choices } from '../ui/choice.tsx';
import { CodeText } from '../ui/code-text.tsx';
import { flash } from '../ui/flash.tsx';
import layout from '../ui/form.module.css';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import classes from './inbox.module.css';

type Decision = 'accepted' | 'recovered' | 'written_off' | 'dismissed' | 'replayed';
type Shown = OutputOf<'inbox.get'>;
type Side = Incident['sides'][number];

/** As `outcomesOf` of the contract says; its schema would bring a parser into this screen. */
const decisionsFor: Record<Incident['kind'], readonly Decision[]> = {
  over_redemption: ['accepted', 'recovered', 'written_off'],
  quarantine: ['replayed', 'dismissed'],
  fork: ['accepted', 'dismissed'],
  clock_fault: ['accepted', 'dismissed'],
  lease_burned: ['accepted', 'written_off'],
};

/** One incident with all its sides, and the decision. */
export function IncidentView({ incidentId, onDecided }: { incidentId: string; onDecided: () => void }) {
  const { data, error } = useQuery('inbox.get', { incidentId });
  if (error !== undefined) return <RefusalNotice refusal={error} />;
  if (data === undefined) return null;
  return (
    <div className={layout.dialog}>
      <About shown={data} />
      {data.incident.status === 'open' && !data.waiting ? (
        <DecisionForm incident={data.incident} onDecided={onDecided} />
      ) : (
        <Decided shown={data} />
      )}
    </div>
  );
}

function About({ shown }: { shown: Shown }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { incident, code, offerName, event } = shown;
  const { kind, costMinor, currency, createdAt, sides } = incident;
  return (
    <>
      <p>{t(`inbox.kinds.${kind}.text`)}</p>
      <dl className={classes.facts}>
        <div>
          <dt>{t('inbox.found')}</dt>
          <dd>{format.dateTime(createdAt)}</dd>
        </div>
        {offerName !== undefined && (
          <div>
            <dt>{t('recent.offer')}</dt>
            <dd>{offerName}</dd>
          </div>
        )}
        {code !== undefined && (
          <div>
            <dt>{t('recent.code')}</dt>
            <dd>
              <CodeText>{code}</CodeText>
            </dd>
          </div>
        )}
        {costMinor !== undefined && (
          <div>
            <dt>{t('inbox.cost')}</dt>
            <dd>{format.money(costMinor, currency ?? format.currency)}</dd>
          </div>
        )}
      </dl>
      {sides.length > 0 && (
        <ol className={classes.sides} aria-label={t('inbox.sides')}>
          {sides.map((side, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a side is its place in the record
            <li key={i}>{sideText(t, format, side, currency)}</li>
          ))}
        </ol>
      )}
      {event !== undefined && (
        <pre className={classes.event} lang="en">
          {event}
        </pre>
      )}
    </>
  );
}

/** What a side says, in words where they are known: when, by which channel, how much; else as it is. */
function sideText(t: Translate, format: Format, side: Side, currency: string | undefined): string {
  const { at, channel, discountMinor, ...rest } = side;
  const texts: string[] = [];
  if (typeof at === 'number') texts.push(format.dateTime(at));
  const known = channels.find((one) => one === channel);
  if (known !== undefined) texts.push(t(`channels.${known}`));
  if (typeof discountMinor === 'number')
    texts.push(format.money(-discountMinor, currency ?? format.currency));
  for (const [name, value] of Object.entries(rest)) {
    // Ids name things for machines; the record keeps them.
    if (value === null || value === '' || name.endsWith('Id')) continue;
    texts.push(`${name} ${value}`);
  }
  return texts.join(' · ');
}

function DecisionForm({ incident, onDecided }: { incident: Incident; onDecided: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const decisions = decisionsFor[incident.kind];
  const [outcome, setOutcome] = useState<Decision | undefined>(decisions[0]);
  const [recoveredFrom, setRecoveredFrom] = useState('');
  const [note, setNote] = useState('');
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const incomplete = outcome === undefined || (outcome === 'recovered' && recoveredFrom.trim() === '');

  async function decide(): Promise<void> {
    if (outcome === undefined || incomplete) return;
    setBusy(true);
    const answer = await client.call('inbox.resolve', {
      incidentId: incident.id,
      outcome,
      ...(outcome === 'recovered' ? { recoveredFrom: recoveredFrom.trim() } : {}),
      ...(note.trim() === '' ? {} : { note: note.trim() }),
    });
    setBusy(false);
    if (!answer.ok) return setRefused(answer.error);
    flash(t('inbox.decided'));
    onDecided();
  }

  return (
    <form
      className={layout.dialog}
      onSubmit={(event) => {
        event.preventDefault();
        void decide();
      }}
    >
      <Choices legend={t('inbox.decision')} shown>
        {decisions.map((one) => (
          <Choice
            key={one}
            name="outcome"
            checked={one === outcome}
            onChoose={() => setOutcome(one)}
            title={t(`inbox.outcomes.${one}`)}
            text={t(`inbox.outcomeTexts.${one}`)}
          />
        ))}
      </Choices>
      {outcome === 'recovered' && (
        <TextInput
          label={t('inbox.recoveredFrom')}
          value={recoveredFrom}
          onChange={(event) => setRecoveredFrom(event.currentTarget.value)}
          maxLength={200}
          required
        />
      )}
      <Textarea
        label={t('inbox.note')}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        maxLength={500}
        autosize
        minRows={2}
      />
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <Action type="submit" tone="primary" size="xl" wide busy={busy} disabled={incomplete}>
        {t('inbox.record')}
      </Action>
    </form>
  );
}

function Decided({ shown }: { shown: Shown }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { outcome, resolvedBy, resolvedAt, recoveredFrom, note } = shown.incident;
  return (
    <Notice tone={shown.waiting ? 'info' : 'go'}>
      {outcome !== undefined && <strong>{t(`inbox.outcomes.${outcome}`)}</strong>}
      {resolvedBy !== undefined && resolvedAt !== undefined && (
        <p>{t('inbox.by', { name: resolvedBy, when: format.dateTime(resolvedAt) })}</p>
      )}
      {recoveredFrom !== undefined && <p>{`${t('inbox.recoveredFrom')}: ${recoveredFrom}`}</p>}
      {note !== undefined && <p>{note}</p>}
      {shown.waiting && <p>{t('inbox.waiting')}</p>}
    </Notice>
  );
}
