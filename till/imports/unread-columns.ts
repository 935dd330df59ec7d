import type { ImportReport, ImportSettings } from '../../shared/contracts/operations/imports.ts';
import { plainName } from './guess-columns.ts';

/** Rules of a single code in WooCommerce's exports, by its documentation of coupons and of their CSV. */
const LIMITS: ReadonlySet<string> = new Set([
  'usagelimitperuser',
  'limitusagetoxitems',
  'individualuse',
  'productids',
  'excludeproductids',
  'productcategories',
  'excludeproductcategories',
  'productbrands',
  'excludeproductbrands',
  'excludesaleitems',
  'minimumamount',
  'maximumamount',
  'customeremail',
  'emailrestrictions',
  'freeshipping',
  'usagelimit',
  'usagecount',
  'expirydate',
  'dateexpires',
]);
/** How these exports say "no" and "none". */
const NOTHING = /^(?:|0|0?[.,]0+|no|false|null|\[\]|a:0:\{\})$/i;
const MAX_COLUMNS = 200;
const MAX_NAME = 60;

/** Which columns of the good rows say something that nothing reads: nobody should have to find out at the counter. */
export function unreadColumns({ columns, hasHeader }: ImportSettings): {
  header(row: readonly string[]): void;
  see(row: readonly string[]): void;
  found(): ImportReport['unread'];
} {
  const read = new Set(Object.values(columns));
  const rows: number[] = [];
  let names: readonly string[] = [];
  return {
    header(row) {
      names = row;
    },
    see(row) {
      const end = Math.min(row.length, MAX_COLUMNS);
      for (let at = 0; at < end; at++)
        if (!read.has(at) && !NOTHING.test((row[at] ?? '').trim())) rows[at] = (rows[at] ?? 0) + 1;
    },
    found() {
      const found: ImportReport['unread'] = [];
      rows.forEach((count, at) => {
        const name = (hasHeader ? (names[at] ?? '') : '').trim().slice(0, MAX_NAME) || String(at + 1);
        found.push({ name, rows: count, limits: LIMITS.has(plainName(name)) });
      });
      return found;
    },
  };
}
