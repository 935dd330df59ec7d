import { Textarea, TextInput } from '@mantine/core';
import { IconCopy, IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_TRUST_CHARACTERS } from '../../shared/contracts/operations/tokens.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import table from '../ui/table.module.css';
import { Tag, type TagTone } from '../ui/tag.tsx';
import classes from './custody.module.css';

type Keys = OutputOf<'tokens.list'>;
type Key = Keys['keys'][number];
type Question =
  | { readonly ask: 'rotate' | 'revoke'; readonly key: Key }
  | { readonly ask: 'carry' }
  | { readonly ask: 'trust' };

const tones: Readonly<Record<Key['state'], TagTone>> = { signs: 'go', verifies: 'quiet', revoked: 'stop' };

/** Keys of signed codes: which sign, which other tills they were carried to, and which are worth nothing any more. */
export function TokensCard({ mayTrust }: { mayTrust: boolean }) {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('tokens.list', {}, ['catalogue.changed']);
  const [question, setQuestion] = useState<Question>();
  const [done, setDone] = useState<'rotated' | 'revokedDone' | 'trustedDone'>();

  const ask = (next: Question) => {
    setDone(undefined);
    setQuestion(next);
  };
  const close = () => setQuestion(undefined);
  const answered = (what: typeof done) => {
    setDone(what);
    close();
    reload();
  };

  return (
    <Card title={t('tokens.title')} lead={t('tokens.lead')}>
      {error !== undefined && <RefusalNotice refusal={error} />}
      {data !== undefined && (
        <>
          {data.keys.length === 0 && data.trusted.length === 0 && (
            <p className={classes.quiet}>{t('tokens.none')}</p>
          )}
          {data.own !== undefined && <OwnFacts own={data.own} />}
          {data.keys.length > 0 && <KeyTable keys={data.keys} onAsk={ask} />}
          {data.trusted.length > 0 && <TrustedTable trusted={data.trusted} />}
        </>
      )}
      <div className={classes.stack}>
        {done !== undefined && <Notice tone="go">{t(`tokens.${done}`)}</Notice>}
        <div className={classes.actions}>
          {data?.own !== undefined && (
            <Action size="l" icon={<IconCopy size={20} />} onClick={() => ask({ ask: 'carry' })}>
              {t('tokens.carry')}
            </Action>
          )}
          {mayTrust && (
            <Action size="l" icon={<IconKey size={20} />} onClick={() => ask({ ask: 'trust' })}>
              {t('tokens.trust')}
            </Action>
          )}
        </div>
      </div>
      <Dialog
        open={question !== undefined}
        onClose={close}
        title={question === undefined ? '' : t(`tokens.${question.ask}`)}
      >
        {question?.ask === 'carry' && data?.own !== undefined && <CarryKeys own={data.own} />}
        {question?.ask === 'trust' && <TrustForm onDone={() => answered('trustedDone')} />}
        {question !== undefined && 'key' in question && (
          <ChangeKey
            ask={question.ask}
            of={question.key}
            onDone={() => answered(question.ask === 'rotate' ? 'rotated' : 'revokedDone')}
          />
        )}
      </Dialog>
    </Card>
  );
}

function OwnFacts({ own }: { own: NonNullable<Keys['own']> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <dl className={classes.facts}>
        <div>
          <dt>{t('tokens.fingerprint')}</dt>
          <dd className={classes.path}>{own.fingerprint}</dd>
        </div>
        <div>
          <dt>{t('tokens.version')}</dt>
          <dd>{format.number(own.version)}</dd>
        </div>
        <div>
          <dt>{t('tokens.voidCodes')}</dt>
          <dd>{format.number(own.voidCodes)}</dd>
        </div>
      </dl>
      {own.voidCodesLeftOut > 0 && (
        <Notice tone="warn">
          {t('tokens.leftOut', { count: own.voidCodesLeftOut, number: format.number(own.voidCodesLeftOut) })}
        </Notice>
      )}
    </>
  );
}

function KeyTable({ keys, onAsk }: { keys: readonly Key[]; onAsk: (question: Question) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th>{t('tokens.batch')}</th>
          <th>{t('tokens.state')}</th>
          <th>{t('common.actions')}</th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.keyId}>
            <td>
              {key.batchName}
              <span className={table.sub}>
                {key.keyId} · {format.dateTime(key.madeAt)}
              </span>
            </td>
            <td>
              <Tag tone={tones[key.state]}>{t(`tokens.states.${key.state}`)}</Tag>
            </td>
            <td className={table.action}>
              <span className={classes.actions}>
                {key.state === 'signs' && (
                  <Action
                    onClick={() => onAsk({ ask: 'rotate', key })}
                    label={t('tokens.rotateOf', { batch: key.batchName })}
                  >
                    {t('tokens.rotateShort')}
                  </Action>
                )}
                {key.state !== 'revoked' && (
                  <Action
                    tone="plain"
                    onClick={() => onAsk({ ask: 'revoke', key })}
                    label={t('tokens.revokeOf', { batch: key.batchName, key: key.keyId })}
                  >
                    {t('tokens.revokeShort')}
                  </Action>
                )}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function TrustedTable({ trusted }: { trusted: Keys['trusted'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th>{t('tokens.trusted')}</th>
          <th>{t('tokens.version')}</th>
          <th>{t('tokens.holds')}</th>
        </tr>
      </thead>
      <tbody>
        {trusted.map((root) => (
          <tr key={root.fingerprint}>
            <td>
              {root.name}
              <span className={table.sub}>{root.fingerprint}</span>
            </td>
            <td>{format.number(root.version)}</td>
            <td>
              {t('tokens.heldKeys', { count: root.keys })}
              <span className={table.sub}>
                {t('tokens.heldRevoked', {
                  keys: format.number(root.revokedKeys),
                  codes: format.number(root.voidCodes),
                })}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function CarryKeys({ own }: { own: NonNullable<Keys['own']> }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  return (
    <div className={classes.form}>
      <p>{t('tokens.carryHow')}</p>
      <Textarea label={t('tokens.text')} value={own.text} readOnly rows={6} />
      {copied && <Notice tone="go">{t('tokens.copied', { fingerprint: own.fingerprint })}</Notice>}
      <Action
        tone="primary"
        size="l"
        wide
        onClick={() => void navigator.clipboard.writeText(own.text).then(() => setCopied(true))}
      >
        {t('tokens.copy')}
      </Action>
    </div>
  );
}

function TrustForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const [refused, setRefused] = useState<Refusal>();
  async function trust(): Promise<void> {
    const answer = await client.call('tokens.trust', { name: name.trim(), text: text.trim() });
    if (answer.ok) onDone();
    else setRefused(answer.error);
  }
  return (
    <div className={classes.form}>
      <p>{t('tokens.trustHow')}</p>
      <TextInput
        label={t('tokens.trustName')}
        value={name}
        maxLength={120}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={t('tokens.text')}
        value={text}
        rows={6}
        maxLength={MAX_TRUST_CHARACTERS}
        spellCheck={false}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <Action
        tone="primary"
        size="l"
        wide
        disabled={name.trim() === '' || text.trim().length < 20}
        onClick={() => void trust()}
      >
        {t('tokens.trust')}
      </Action>
    </div>
  );
}

function ChangeKey({
  ask,
  of: { batchId, batchName, keyId },
  onDone,
}: {
  ask: 'rotate' | 'revoke';
  of: Key;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const [refused, setRefused] = useState<Refusal>();
  async function change(all: boolean): Promise<void> {
    const answer =
      ask === 'rotate'
        ? await client.call('tokens.rotate', { batchId })
        : await client.call('tokens.revoke', { batchId, ...(all ? {} : { keyId }) });
    if (answer.ok) onDone();
    else setRefused(answer.error);
  }
  return (
    <div className={classes.form}>
      <p>{t(`tokens.${ask}How`, { batch: batchName, key: keyId })}</p>
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <Action tone="primary" size="l" wide onClick={() => void change(false)}>
        {t(`tokens.${ask}`)}
      </Action>
      {ask === 'revoke' && (
        <Action size="l" wide onClick={() => void change(true)}>
          {t('tokens.revokeAll')}
        </Action>
      )}
    </div>
  );
}
