import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import table from '../ui/table.module.css';
import classes from './reports.module.css';

/** A table that can also be saved: what is shown and what is saved come from the same cells. */
export type Column<Row> = {
  readonly title: string;
  readonly kind: 'text' | 'number' | 'money' | 'percent';
  readonly value: (row: Row) => string | number;
  /** Of money that is not in the location's currency. */
  readonly currencyOf?: (row: Row) => string;
};

type ReportTableProps<Row> = {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Opens what is behind a row. */
  readonly onOpen?: ((row: Row) => void) | undefined;
  readonly caption: string;
};

export function ReportTable<Row>({ columns, rows, keyOf, onOpen, caption }: ReportTableProps<Row>) {
  const { t } = useTranslation();
  const format = useFormat();
  const text = ({ kind, value, currencyOf }: Column<Row>, row: Row) => {
    const cell = value(row);
    if (typeof cell === 'string') return cell;
    if (kind === 'money') return format.money(cell, currencyOf?.(row));
    return kind === 'percent' ? format.percent(Math.round(cell * 10_000)) : format.number(cell);
  };
  if (rows.length === 0) return <p className={classes.nothing}>{t('reports.nothing')}</p>;
  return (
    <div className={classes.scroll}>
      <table className={table.table} aria-label={caption}>
        <thead>
          <tr>
            {columns.map(({ title, kind }) => (
              <th key={title} className={kind === 'text' ? undefined : table.number}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, i) => (
                <td key={column.title} className={column.kind === 'text' ? undefined : table.number}>
                  {i === 0 && onOpen !== undefined ? (
                    <button type="button" className={classes.open} onClick={() => onOpen(row)}>
                      {text(column, row)}
                    </button>
                  ) : (
                    text(column, row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
