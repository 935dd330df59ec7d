import { createHash } from 'node:crypto';
import type { PastRow } from '../../db/queries/past-redemptions.ts';
import { idSchema } from '../../shared/contracts/common.ts';
import {
  MAX_HISTORY_ROWS,
  type PastFault,
  type PastReport,
} from '../../shared/contracts/operations/history.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { ImportFiles } from '../imports/import-files.ts';
import { type Dialect, readRows } from '../imports/read-rows.ts';
import type { Services } from '../services.ts';
import { field } from './history-csv.ts';
import {
  type JudgedRow,
  judgePastRow,
  type PastColumns,
  pastColumns,
  requiredColumns,
} from './judge-past-row.ts';

export type ReadPast = { readonly report: PastReport; readonly good: readonly PastRow[] };

const KEY_BYTES = 16;

/** Reads a whole file of history and sorts its rows into good ones and others, which are listed with their reason. */
export async function readPast(
  { store, clock, wallTimes }: Services,
  { currency, timeZone }: { readonly currency: string; readonly timeZone: string },
  importId: string,
  files: ImportFiles,
  dialect: Dialect,
  step: (rows: number) => Promise<void>,
): Promise<Result<ReadPast, Refusal>> {
  const { read } = store;
  const context = {
    currency,
    now: clock.now(),
    dayOf: (at: number) => wallTimes.at(at, timeZone).date,
  };
  const good: PastRow[] = [];
  const faults: Partial<Record<PastFault, number>> = {};
  /** Rows that say the same are as many redemptions as there are rows: the first, the second, the third of them. */
  const alike = new Map<string, number>();
  let columns: PastColumns | undefined;
  let line = 0;
  let rows = 0;

  function take(judged: JudgedRow): PastFault | undefined {
    const { redemptionId } = judged.details;
    if (idSchema.safeParse(redemptionId).success && read.redemptions.byId(redemptionId)) return 'own';
    const says = JSON.stringify(judged);
    const nth = (alike.get(says) ?? 0) + 1;
    alike.set(says, nth);
    const key = createHash('sha256').update(`${says}\n${nth}`).digest().subarray(0, KEY_BYTES);
    if (read.past.isKnown(key)) return 'exists';
    good.push({ ...judged, key, importId, line, details: JSON.stringify(judged.details) });
    return undefined;
  }

  const list = files.faults.lines();
  try {
    list.write('line,code,reason');
    for await (const some of readRows(files.upload, dialect)) {
      for (const row of some) {
        line += 1;
        if (row.length === 1 && row[0]?.trim() === '') continue;
        if (columns === undefined) {
          const found = pastColumns(row);
          columns = found;
          const missing = requiredColumns.filter((name) => found[name] === undefined);
          if (missing.length > 0) return err(refusal('columns_missing', { columns: missing.join(', ') }));
          continue;
        }
        rows += 1;
        if (rows > MAX_HISTORY_ROWS) return err(refusal('payload_too_large', { max: MAX_HISTORY_ROWS }));
        const judged = judgePastRow(row, { ...context, columns });
        const fault = typeof judged === 'string' ? judged : take(judged);
        if (fault === undefined) continue;
        faults[fault] = (faults[fault] ?? 0) + 1;
        list.write(`${line},${field(row[columns.code ?? 0] ?? '')},${fault}`);
      }
      await step(rows);
    }
  } finally {
    list.close();
  }
  if (columns === undefined) return err(refusal('columns_missing', { columns: requiredColumns.join(', ') }));
  const days = good.map(({ businessDay }) => businessDay).sort();
  const [firstDay] = days;
  const lastDay = days.at(-1);
  return ok({
    report: { rows, good: good.length, faults, ...(firstDay !== undefined && { firstDay, lastDay }) },
    good,
  });
}
