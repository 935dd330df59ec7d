import { and, eq, lte } from 'drizzle-orm';
import type { LedgerEvent } from '../../shared/contracts/ledger-events.ts';
import type { Db } from '../store/db.ts';
import { redemptions } from '../store/schema.ts';
import type { PushWork } from './push-work.ts';

/**
 * A location knew its customer by a wrong name: what it gave them until then counts under the right one. Whoever bears
 * the wrong name at another location, or comes to this one later, is somebody else.
 */
export async function applyCorrected(
  tx: Db,
  { holder, added, redemptions: known }: PushWork,
  { at, payload }: Extract<LedgerEvent, { type: 'customer.corrected' }>,
): Promise<undefined> {
  const { customer: wrong, now: right } = payload;
  for (const row of added.values()) {
    if (row.customer !== wrong) continue;
    const corrected = { ...row, customer: right };
    added.set(row.id, corrected);
    known.set(row.id, corrected);
  }
  await tx
    .update(redemptions)
    .set({ customer: right })
    .where(
      and(
        eq(redemptions.customer, wrong),
        eq(redemptions.ledgerId, holder.ledgerId),
        lte(redemptions.redeemedAt, at),
      ),
    );
}
