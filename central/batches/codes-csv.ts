import { and, asc, eq, gt } from 'drizzle-orm';
import { displayCode } from '../../shared/codes/display-code.ts';
import type { Db } from '../store/db.ts';
import { type batches, coupons } from '../store/schema.ts';

const ROWS_PER_READ = 5_000;

/** A spreadsheet takes a text that begins like this for a formula, and would run it. */
const FORMULA = /^[=+\-@\t\r]/;

export function csvField(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A page at a time, whatever the size of the batch: the reader's pace decides how fast pages are read. */
export async function* codesCsv(db: Db, batch: typeof batches.$inferSelect): AsyncGenerator<string> {
  yield 'serial,code,coupon_id,status,max_uses,uses\r\n';
  for (let last = 0; ; ) {
    const rows = await db
      .select({
        serial: coupons.serial,
        code: coupons.code,
        id: coupons.id,
        status: coupons.status,
        maxUses: coupons.maxUses,
        used: coupons.used,
      })
      .from(coupons)
      .where(and(eq(coupons.offerId, batch.offerId), eq(coupons.batchId, batch.id), gt(coupons.serial, last)))
      .orderBy(asc(coupons.serial))
      .limit(ROWS_PER_READ);
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows
      .map(
        (row) =>
          `${row.serial},${csvField(displayCode(row.code))},${row.id},${row.status},${row.maxUses ?? ''},${row.used}\r\n`,
      )
      .join('');
    last = end.serial;
  }
}
