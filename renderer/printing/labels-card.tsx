import { NumberInput, SegmentedControl, Select, Switch } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { labelSymbols, MAX_DIALOG_LABELS } from '../../shared/contracts/operations/batches.ts';
import type { CardDesign } from '../../shared/contracts/operations/cards.ts';
import type { InputOf, OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import { useWork, WorkBar } from '../ui/work.tsx';
import { CardDesignFields, logoUrl } from './card-design.tsx';
import { PagePreview } from './page-preview.tsx';
import { PrintPages } from './print-pages.tsx';
import classes from './printing.module.css';
import { labelsPerSheet, sheets, type Template, templates } from './sheets.ts';

type Settings = InputOf<'labels.render'>;
type Sheet = Exclude<Settings['template'], string>;
type Batch = OutputOf<'batches.get'>;

const looks = ['label', 'card'] as const;
type Look = (typeof looks)[number];

const CUSTOM = 'custom';
const MAX_LABELS = 10_000;
const MAX_NUDGE_MM = 10;
/** An A4 page of eight. */
const FIRST_SHEET: Sheet = {
  pageWidthMm: 210,
  pageHeightMm: 297,
  columns: 2,
  rows: 4,
  labelWidthMm: 99.1,
  labelHeightMm: 67.7,
  pitchXMm: 101.6,
  pitchYMm: 67.7,
  originXMm: 4.65,
  originYMm: 13.1,
};
const sheetFields = Object.keys(FIRST_SHEET) as (keyof Sheet)[];
const number = (value: number | string, fallback: number) => (typeof value === 'number' ? value : fallback);

/** Labels on sheets: what they look like, and the PDF for them. */
export function LabelsCard({ batch }: { batch: Batch }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const [template, setTemplate] = useState<Template | typeof CUSTOM>('L7160');
  const [sheet, setSheet] = useState(FIRST_SHEET);
  const [symbol, setSymbol] = useState<(typeof labelSymbols)[number]>('qr');
  const [startAt, setStartAt] = useState<number | string>(1);
  const [outline, setOutline] = useState(false);
  const [nudge, setNudge] = useState({ xMm: 0, yMm: 0 });
  const [from, setFrom] = useState<number | string>(1);
  const [to, setTo] = useState<number | string>(Math.min(batch.count, MAX_LABELS));
  const [busy, setBusy] = useState(false);
  const work = useWork();
  const [refused, setRefused] = useState<Refusal>();
  const [made, setMade] = useState<OutputOf<'labels.render'>>();
  const [look, setLook] = useState<Look>('label');
  const [changed, setChanged] = useState<CardDesign>();
  const [toPrint, setToPrint] = useState<OutputOf<'labels.pages'>>();
  const saved = useQuery('cards.get', {});
  const endDialog = useCallback(() => setToPrint(undefined), []);
  const design = changed ?? saved.data?.design;
  const isCard = look === 'card' && design !== undefined;
  const logo = isCard && saved.data ? logoUrl(saved.data) : undefined;

  const perSheet = template === CUSTOM ? sheet.columns * sheet.rows : labelsPerSheet(template);
  const first = number(startAt, 0);
  const firstSerial = number(from, 0);
  const lastSerial = number(to, 0);
  const startFits = first >= 1 && first <= perSheet;
  const serialsFit = firstSerial >= 1 && firstSerial <= lastSerial && lastSerial <= batch.count;
  const labels = serialsFit ? lastSerial - firstSerial + 1 : 0;
  const fits = startFits && serialsFit && labels <= MAX_LABELS;
  const settings: Settings = {
    batchId: batch.id,
    template: template === CUSTOM ? sheet : template,
    symbol,
    startAt: startFits ? first : 1,
    outline,
    nudgeXMm: nudge.xMm,
    nudgeYMm: nudge.yMm,
    ...(isCard ? { card: { ...design, heading: design.heading.trim(), note: design.note.trim() } } : {}),
    ...(serialsFit ? { firstSerial, lastSerial: Math.min(lastSerial, firstSerial + perSheet) } : {}),
  };
  const preview = useQuery('labels.preview', settings);

  async function keepDesign(): Promise<void> {
    if (settings.card !== undefined && changed !== undefined)
      await client.call('cards.save', { design: settings.card });
  }

  async function openDialog(): Promise<void> {
    if (!fits || labels > MAX_DIALOG_LABELS) return;
    setBusy(true);
    setRefused(undefined);
    setMade(undefined);
    await keepDesign();
    const answer = await client.call('labels.pages', { ...settings, firstSerial, lastSerial });
    setBusy(false);
    if (answer.ok) setToPrint(answer.value);
    else setRefused(answer.error);
  }

  async function print(): Promise<void> {
    if (!fits) return;
    setBusy(true);
    setRefused(undefined);
    setMade(undefined);
    await keepDesign();
    const answer = await client.call('labels.render', {
      ...settings,
      firstSerial,
      lastSerial,
      workId: work.begin(),
    });
    work.end();
    setBusy(false);
    if (!answer.ok) return setRefused(answer.error.code === 'cancelled' ? undefined : answer.error);
    const kept = await client.saveFile(answer.value);
    if (!kept.ok) return setRefused(kept.error);
    if (kept.value.saved) setMade(answer.value);
  }

  return (
    <Card title={t('print.title')} lead={t('print.lead')}>
      <div className={classes.form}>
        <Select
          label={t('print.template')}
          data={[
            ...templates.map((one) => ({
              value: one as string,
              label: t('print.templateName', { name: one, size: sheets[one].size }),
            })),
            { value: CUSTOM, label: t('print.custom') },
          ]}
          value={template}
          allowDeselect={false}
          onChange={(value) => setTemplate(templates.find((one) => one === value) ?? CUSTOM)}
        />
        <SegmentedControl
          aria-label={t('print.look')}
          data={looks.map((one) => ({ value: one, label: t(`print.looks.${one}`) }))}
          value={look}
          onChange={setLook}
          fullWidth
        />
        {preview.data !== undefined && (
          <PagePreview page={preview.data} startAt={settings.startAt ?? 1} logo={logo} />
        )}
        {preview.error !== undefined && <RefusalNotice refusal={preview.error} />}
        {refused !== undefined && <RefusalNotice refusal={refused} />}
        {made !== undefined && (
          <Notice tone="go">
            {t('print.made', { labels: format.number(made.labels), count: made.pages, file: made.fileName })}{' '}
            {made.isCopy && t('print.isCopy')}
          </Notice>
        )}
        <WorkBar work={work} label={t('print.busy')} />
        <p className={classes.hint}>
          {t('print.sheets', { count: startFits ? Math.ceil((labels + first - 1) / perSheet) : 0 })}
        </p>
        <Action
          tone="primary"
          size="xl"
          wide
          busy={busy}
          disabled={!fits}
          icon={<IconPrinter size={24} />}
          onClick={() => void print()}
        >
          {busy ? t('print.busy') : t('print.make')}
        </Action>
        <Action wide disabled={!fits || busy || labels > MAX_DIALOG_LABELS} onClick={() => void openDialog()}>
          {t('print.dialog')}
        </Action>
        {fits && labels > MAX_DIALOG_LABELS && (
          <p className={classes.hint}>{t('print.dialogMost', { max: format.number(MAX_DIALOG_LABELS) })}</p>
        )}
        {toPrint !== undefined && <PrintPages pages={toPrint.pages} logo={logo} onDone={endDialog} />}
        {isCard && saved.data && (
          <CardDesignFields
            saved={saved.data}
            design={design}
            onChange={setChanged}
            onSaved={() => {
              saved.reload();
              preview.reload();
            }}
          />
        )}
        <Select
          label={t('print.symbol')}
          data={labelSymbols.map((one) => ({ value: one, label: t(`print.symbols.${one}`) }))}
          value={symbol}
          allowDeselect={false}
          onChange={(value) => setSymbol(labelSymbols.find((one) => one === value) ?? 'qr')}
        />
        <div className={classes.pair}>
          <WholeNumber label={t('batch.from')} value={from} max={batch.count} onChange={setFrom} />
          <WholeNumber label={t('batch.to')} value={to} max={batch.count} onChange={setTo} />
        </div>
        {!serialsFit && (
          <p className={classes.error} role="alert">
            {t('batch.rangeError', { max: format.number(batch.count) })}
          </p>
        )}
        {labels > MAX_LABELS && (
          <p className={classes.error} role="alert">
            {t('print.tooMany', { max: format.number(MAX_LABELS) })}
          </p>
        )}
        <NumberInput
          label={t('print.startAt')}
          description={t('print.startAtHint')}
          min={1}
          max={perSheet}
          clampBehavior="none"
          allowDecimal={false}
          allowNegative={false}
          value={startAt}
          onChange={setStartAt}
          error={startFits ? undefined : t('print.startAtError', { max: perSheet })}
        />
        <Switch
          label={t('print.outline')}
          checked={outline}
          onChange={(event) => setOutline(event.currentTarget.checked)}
        />
        <details open={template === CUSTOM || undefined}>
          <summary>{t('print.more')}</summary>
          <div className={classes.more}>
            <NumberInput
              label={t('print.nudgeX')}
              min={-MAX_NUDGE_MM}
              max={MAX_NUDGE_MM}
              step={0.5}
              value={nudge.xMm}
              onChange={(value) => setNudge({ ...nudge, xMm: number(value, 0) })}
            />
            <NumberInput
              label={t('print.nudgeY')}
              min={-MAX_NUDGE_MM}
              max={MAX_NUDGE_MM}
              step={0.5}
              value={nudge.yMm}
              onChange={(value) => setNudge({ ...nudge, yMm: number(value, 0) })}
            />
            {template === CUSTOM &&
              sheetFields.map((field) => (
                <NumberInput
                  key={field}
                  label={t(`print.sheet.${field}`)}
                  min={0}
                  max={500}
                  allowDecimal={field !== 'columns' && field !== 'rows'}
                  value={sheet[field]}
                  onChange={(value) => setSheet({ ...sheet, [field]: number(value, sheet[field]) })}
                />
              ))}
          </div>
        </details>
      </div>
    </Card>
  );
}

function WholeNumber({
  label,
  value,
  max,
  onChange,
}: {
  label: string;
  value: number | string;
  max: number;
  onChange: (value: number | string) => void;
}) {
  return (
    <NumberInput
      label={label}
      min={1}
      max={max}
      clampBehavior="none"
      allowDecimal={false}
      allowNegative={false}
      value={value}
      onChange={onChange}
    />
  );
}
