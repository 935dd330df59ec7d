import { IconDownload } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from '../api/use-client.ts';
import { useLocation } from '../app/app-store.ts';
import { decimalText, minorDigits } from '../i18n/format.ts';
import { Action } from '../ui/action.tsx';
import { base64Of, type Cell, csvText } from '../ui/csv.ts';
import { Card } from '../ui/page.tsx';
import { type Column, ReportTable } from './report-table.tsx';
import classes from './reports.module.css';

/** One table, as it is shown and as it is saved. */
export type Sheet = {
  readonly element: (caption: string) => ReactNode;
  readonly cells: (currency: string) => Cell[][];
};

export function sheet<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  onOpen?: (row: Row) => void,
): Sheet {
  return {
    element: (caption) => (
      <ReportTable columns={columns} rows={rows} keyOf={keyOf} onOpen={onOpen} caption={caption} />
    ),
    cells: (currency) => [
      columns.map(({ title }) => title),
      ...rows.map((row) =>
        columns.map(({ kind, value, currencyOf }) => {
          const cell = value(row);
          if (kind !== 'money' || typeof cell !== 'number') return cell;
          return decimalText(cell, minorDigits(currencyOf?.(row) ?? currency));
        }),
      ),
    ],
  };
}

type SheetsProps<Tab extends string> = {
  readonly tabs: readonly Tab[];
  readonly tab: Tab;
  readonly onTab: (tab: Tab) => void;
  readonly nameOf: (tab: Tab) => string;
  readonly range: { readonly from: string; readonly to: string };
  readonly sheet: Sheet;
  readonly children?: ReactNode;
};

/** Tables of one report, one at a time; what is shown can be saved. */
export function SheetsCard<Tab extends string>({
  tabs,
  tab,
  onTab,
  nameOf,
  range,
  sheet: shown,
  children,
}: SheetsProps<Tab>) {
  const { t } = useTranslation();
  return (
    <Card flush>
      <div className={classes.sheetHead}>
        <div className={classes.tabs} role="tablist" aria-label={t('reports.breakdown')}>
          {tabs.map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              className={classes.tab}
              aria-selected={one === tab}
              onClick={() => onTab(one)}
            >
              {nameOf(one)}
            </button>
          ))}
        </div>
        <SaveButton fileName={`${nameOf(tab)} ${range.from} ${range.to}.csv`} cells={shown.cells} />
      </div>
      {shown.element(nameOf(tab))}
      {children}
    </Card>
  );
}

function SaveButton({ fileName, cells }: { fileName: string; cells: Sheet['cells'] }) {
  const { t } = useTranslation();
  const client = useClient();
  const { currency } = useLocation();
  const save = () =>
    void client.saveFile({
      fileName: fileName.replaceAll('/', '-'),
      mime: 'text/csv',
      base64: base64Of(csvText(cells(currency))),
    });
  return (
    <span className={classes.noPrint}>
      <Action icon={<IconDownload size={20} />} onClick={save} label={t('reports.export')}>
        CSV
      </Action>
    </span>
  );
}
