import type { OutputOf } from '../../shared/contracts/operations.ts';

export type CodeRow = OutputOf<'batches.codes'>['codes'][number];

/** As many rows as one answer may carry. */
export const PAGE_ROWS = 200;
/** Pages that are kept: the ones around what is looked at, and some that were. */
const MAX_PAGES = 40;

export type CodePages = {
  /** The row of a serial, counted from 0; undefined while its page is not here. */
  row(index: number): CodeRow | undefined;
  /** Pages of these rows that must be asked for. They count as asked for from now on. */
  wanted(first: number, last: number): number[];
  put(page: number, rows: readonly CodeRow[]): void;
  /** An answer did not come: it may be asked for again. */
  giveUp(page: number): void;
  /** Something changed: every page is asked for again when it is in sight, and its old rows stay until then. */
  outdate(): void;
};

/** A window on a list that is too long to hold: pages are fetched where one looks, and the longest unseen goes first. */
export function createCodePages(): CodePages {
  const pages = new Map<number, readonly CodeRow[]>();
  const asked = new Set<number>();
  const outdated = new Set<number>();
  return {
    row(index) {
      return pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
    },
    wanted(first, last) {
      const missing: number[] = [];
      for (let page = Math.floor(first / PAGE_ROWS); page <= Math.floor(last / PAGE_ROWS); page++) {
        const rows = pages.get(page);
        if (rows !== undefined) {
          // Seen again: it goes last.
          pages.delete(page);
          pages.set(page, rows);
        }
        if ((rows === undefined || outdated.has(page)) && !asked.has(page)) {
          asked.add(page);
          outdated.delete(page);
          missing.push(page);
        }
      }
      return missing;
    },
    put(page, rows) {
      asked.delete(page);
      pages.set(page, rows);
      for (const oldest of pages.keys()) {
        if (pages.size <= MAX_PAGES) break;
        pages.delete(oldest);
        outdated.delete(oldest);
      }
    },
    giveUp(page) {
      asked.delete(page);
      if (pages.has(page)) outdated.add(page);
    },
    outdate() {
      for (const page of pages.keys()) outdated.add(page);
      // An answer on its way may be older than the change.
      for (const page of asked) outdated.add(page);
    },
  };
}
