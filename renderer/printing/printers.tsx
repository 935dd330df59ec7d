import { NumberInput, Select, TextInput } from '@mantine/core';
import { IconArrowLeft, IconPrinter } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { baudRates } from '../../shared/contracts/operations/printing.ts';
import type { InputOf, OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { go } from '../app/router.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { flash } from '../ui/flash.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Card, Page } from '../ui/page.tsx';
import table from '../ui/table.module.css';
import { Tag, type TagTone } from '../ui/tag.tsx';
import classes from './printing.module.css';

type Settings = InputOf<'printers.save'>['settings'];
type Printer = OutputOf<'printers.list'>['printers'][number];
type Job = OutputOf<'print.queue'>['jobs'][number];

const stateTones: Record<Job['state'], TagTone> = { waiting: 'warn', printed: 'go', cancelled: 'quiet' };

/** Receipt printers of this till, and what they were given to print. */
export function Printers() {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('printers.list', {}, ['work.progress']);
  return (
    <Page
      title={t('printers.title')}
      lead={t('printers.lead')}
      action={
        <Action tone="plain" icon={<IconArrowLeft size={20} />} onClick={() => go('batches')}>
          {t('newBatch.back')}
        </Action>
      }
    >
      <div className={classes.columns}>
        <div className={classes.form}>
          {error !== undefined && <RefusalNotice refusal={error} />}
          <Card>
            <div className={classes.form}>
              {data?.printers.length === 0 && <p>{t('printers.none')}</p>}
              {data?.printers.map((printer) => (
                <PrinterLine key={printer.id} printer={printer} onRemoved={reload} />
              ))}
            </div>
          </Card>
          <Jobs />
        </div>
        <NewPrinter onSaved={reload} />
      </div>
    </Page>
  );
}

function PrinterLine({ printer, onRemoved }: { printer: Printer; onRemoved: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const { link, paperMm } = printer.settings;
  const address =
    link.kind === 'tcp' ? `${link.host}:${link.port}` : link.kind === 'device' ? link.path : link.queue;
  async function remove(): Promise<void> {
    const answer = await client.call('printers.remove', { printerId: printer.id });
    if (answer.ok) flash(t('printers.removed', { name: printer.name }), () => void bringBack());
    onRemoved();
  }
  /** What waited for it was cancelled; the printer itself comes back as it was. */
  async function bringBack(): Promise<void> {
    const { name, settings } = printer;
    const printerId = uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
    await client.call('printers.save', { printerId, name, settings });
    onRemoved();
  }
  return (
    <div className={classes.printer}>
      <IconPrinter size={24} aria-hidden="true" />
      <div>
        <strong>{printer.name}</strong>
        <span className={table.sub}>
          {address} · {t('printers.paperMm', { mm: paperMm })}
        </span>
      </div>
      <Tag tone={printer.waiting === 0 ? 'go' : 'warn'}>
        {printer.waiting === 0 ? t('printers.ready') : t('printers.waiting', { count: printer.waiting })}
      </Tag>
      <Action tone="plain" label={t('printers.remove', { name: printer.name })} onClick={() => void remove()}>
        {t('settings.removePerson')}
      </Action>
      {printer.problem !== undefined && (
        <div className={classes.problem}>
          <Notice tone="warn">{t('printers.problem', { why: printer.problem })}</Notice>
        </div>
      )}
    </div>
  );
}

function Jobs() {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const { data } = useQuery('print.queue', {}, ['work.progress']);
  const [refused, setRefused] = useState<Refusal>();
  async function act(name: 'print.cancel' | 'print.again', jobId: string): Promise<void> {
    const answer = await client.call(name, { jobId });
    setRefused(answer.ok ? undefined : answer.error);
  }
  if (data === undefined || data.jobs.length === 0) return null;
  return (
    <Card title={t('printers.jobs')}>
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <table className={table.table}>
        <tbody>
          {data.jobs.map((job) => (
            <tr key={job.id}>
              <td>
                {job.document === 'slip'
                  ? t('slip.job')
                  : t('printers.job', {
                      batch: job.batchName,
                      first: format.number(job.firstSerial ?? 1),
                      last: format.number(job.lastSerial ?? 1),
                    })}
                <span className={table.sub}>
                  {format.dateTime(job.createdAt)} · {job.by} · {job.printer}
                </span>
              </td>
              <td>
                <Tag tone={stateTones[job.state]}>{t(`printers.states.${job.state}`)}</Tag>{' '}
                {job.isCopy && <Tag tone="quiet">{t('printers.copy')}</Tag>}
              </td>
              <td className={table.action}>
                {job.state === 'waiting' ? (
                  <Action onClick={() => void act('print.cancel', job.id)}>{t('printers.cancel')}</Action>
                ) : (
                  <Action onClick={() => void act('print.again', job.id)}>{t('printers.again')}</Action>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

const kinds = ['tcp', 'device', 'spooler'] as const;
type Kind = (typeof kinds)[number];
const papers = ['80', '58'] as const;
const RAW_PORT = 9100;

function NewPrinter({ onSaved }: { onSaved: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<Kind>('tcp');
  const [place, setPlace] = useState('');
  const [port, setPort] = useState<number | string>(RAW_PORT);
  const [baud, setBaud] = useState('');
  const [paper, setPaper] = useState<(typeof papers)[number]>('80');
  const [footer, setFooter] = useState('');
  const [refused, setRefused] = useState<Refusal>();

  function link(): Settings['link'] {
    if (kind === 'tcp') return { kind, host: place.trim(), port: Number(port) };
    if (kind === 'spooler') return { kind, queue: place.trim() };
    const rate = baudRates.find((one) => String(one) === baud);
    return { kind, path: place.trim(), ...(rate === undefined ? {} : { baud: rate }) };
  }

  async function save(): Promise<void> {
    const answer = await client.call('printers.save', {
      printerId: uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))),
      name: name.trim(),
      settings: { link: link(), paperMm: paper === '80' ? 80 : 58, footer: footer.trim() },
    });
    setRefused(answer.ok ? undefined : answer.error);
    if (!answer.ok) return;
    setName('');
    setPlace('');
    onSaved();
  }

  const placeLabel = { tcp: t('printers.host'), device: t('printers.path'), spooler: t('printers.queue') };
  return (
    <Card title={t('printers.add')}>
      <div className={classes.form}>
        <TextInput
          label={t('printers.name')}
          value={name}
          maxLength={120}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label={t('printers.link')}
          data={kinds.map((one) => ({ value: one, label: t(`printers.links.${one}`) }))}
          value={kind}
          allowDeselect={false}
          onChange={(value) => setKind(kinds.find((one) => one === value) ?? 'tcp')}
        />
        <TextInput
          label={placeLabel[kind]}
          value={place}
          spellCheck={false}
          onChange={(event) => setPlace(event.currentTarget.value)}
        />
        {kind === 'tcp' && (
          <NumberInput
            label={t('printers.port')}
            min={1}
            max={65_535}
            allowDecimal={false}
            thousandSeparator=""
            value={port}
            onChange={setPort}
          />
        )}
        {kind === 'device' && (
          <Select
            label={t('printers.baud')}
            data={[
              { value: '', label: t('printers.baudAsSet') },
              ...baudRates.map((rate) => ({ value: String(rate), label: String(rate) })),
            ]}
            value={baud}
            allowDeselect={false}
            onChange={(value) => setBaud(value ?? '')}
          />
        )}
        <Select
          label={t('printers.paper')}
          data={papers.map((mm) => ({ value: mm, label: t('printers.paperMm', { mm }) }))}
          value={paper}
          allowDeselect={false}
          onChange={(value) => setPaper(value === '58' ? '58' : '80')}
        />
        <TextInput
          label={t('printers.footer')}
          value={footer}
          maxLength={200}
          onChange={(event) => setFooter(event.currentTarget.value)}
        />
        {refused !== undefined && <RefusalNotice refusal={refused} />}
        <Action
          tone="primary"
          wide
          disabled={name.trim() === '' || place.trim() === ''}
          onClick={() => void save()}
        >
          {t('printers.save')}
        </Action>
      </div>
    </Card>
  );
}
