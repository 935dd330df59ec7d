import { MAX_BATCH_CODES } from '../../shared/contracts/operations/batches.ts';
import type {
  ImportReport,
  ImportSettings,
  RowFault,
  RowNote,
} from '../../shared/contracts/operations/imports.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import { field } from '../history/history-csv.ts';
import type { Services } from '../services.ts';
import type { ImportFiles } from './import-files.ts';
import { type GoodRow, judgeRow, lastInstant, type TakenRow, type Terms } from './judge-row.ts';
import { type Dialect, readRows } from './read-rows.ts';
import { unreadColumns } from './unread-columns.ts';

/** More rows with faults are counted, not listed: nobody reads them one by one. */
export const MAX_LISTED_FAULTS = 100_000;
const CODES_PER_LOOKUP = 1_000;

export type ReadImport = { readonly report: ImportReport; readonly good: readonly GoodRow[] };

type Pending = TakenRow & { readonly line: number };

/** Reads a whole file and sorts its rows into good ones and others, which are listed with their reason. */
export async function readImport(
  services: Services,
  files: ImportFiles,
  dialect: Dialect,
  settings: ImportSettings,
  offer: Offer,
  onRows: (rows: number) => void,
): Promise<ReadImport> {
  const { read } = services.store;
  const now = services.clock.now();
  const terms: Terms = { offer, offerEndsAt: lastInstant(offer, now), now };
  const seen = new Set<string>();
  const good: GoodRow[] = [];
  const faults: Partial<Record<RowFault, number>> = {};
  const notes: Partial<Record<RowNote, number>> = {};
  const unread = unreadColumns(settings);
  const list = files.faults.lines();
  list.write('line,code,reason');
  let listed = 0;
  let pending: Pending[] = [];

  function refuse(line: number, text: string, why: RowFault): void {
    faults[why] = (faults[why] ?? 0) + 1;
    if (listed++ < MAX_LISTED_FAULTS) list.write(`${line},${field(text)},${why}`);
  }

  function settle(): void {
    const taken = new Set(read.coupons.whichTaken(pending.map(({ code }) => code)));
    for (const { code, uses, line, notes: said } of pending) {
      if (taken.has(code)) {
        refuse(line, code, 'exists');
        continue;
      }
      good.push({ code, uses });
      for (const note of said) notes[note] = (notes[note] ?? 0) + 1;
    }
    pending = [];
  }

  let line = 0;
  try {
    for await (const rows of readRows(files.upload, dialect)) {
      for (const row of rows) {
        line += 1;
        if (line === 1 && settings.hasHeader) unread.header(row);
        if ((line === 1 && settings.hasHeader) || (row.length === 1 && row[0] === '')) continue;
        const judged = judgeRow(row, settings, terms);
        if (typeof judged === 'string') refuse(line, row[settings.columns.code] ?? '', judged);
        else if (seen.has(judged.code)) refuse(line, judged.code, 'twice');
        else if (seen.size === MAX_BATCH_CODES) refuse(line, judged.code, 'too_many');
        else {
          seen.add(judged.code);
          unread.see(row);
          pending.push({ ...judged, line });
        }
        if (pending.length === CODES_PER_LOOKUP) settle();
      }
      onRows(line);
      await new Promise((resume) => setImmediate(resume));
    }
    settle();
  } finally {
    list.close();
  }
  const rows = line - (settings.hasHeader && line > 0 ? 1 : 0);
  return { report: { rows, good: good.length, faults, notes, unread: unread.found() }, good };
}
