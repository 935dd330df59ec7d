import { and, desc, eq } from 'drizzle-orm';
import type { Centre } from '../centre.ts';
import { openIncident } from '../incidents/incidents.ts';
import type { Db } from '../store/db.ts';
import { redemptions } from '../store/schema.ts';
import type { RedemptionRow } from './take-uses.ts';

/** Of the other uses so many are shown; a code that is used at will has thousands. */
const MAX_OTHER_SIDES = 5;

/**
 * A sale that happened is never refused afterwards: the excess is counted, priced and shown with both sides. One
 * redemption has one such incident, whatever it went past.
 */
export async function openOverRedemption(
  tx: Db,
  centre: Centre,
  {
    row,
    costMinor,
    beside = [],
  }: {
    readonly row: RedemptionRow;
    readonly costMinor: number;
    /** Made by the same transaction, and not written yet. */
    readonly beside?: readonly RedemptionRow[] | undefined;
  },
): Promise<void> {
  const stored = row.couponId === null ? [] : await otherUses(tx, row.couponId);
  const here = beside.filter((one) => one.couponId === row.couponId).slice(-MAX_OTHER_SIDES);
  const others = [...here, ...stored].filter((one) => one.id !== row.id).slice(0, MAX_OTHER_SIDES);
  await openIncident(tx, centre, {
    dedupeKey: `over ${row.id}`,
    kind: 'over_redemption',
    ledgerId: row.ledgerId ?? undefined,
    offerId: row.offerId,
    couponId: row.couponId ?? undefined,
    redemptionId: row.id,
    currency: row.currency,
    costMinor,
    sides: [row, ...others].map((one) => ({
      redemptionId: one.id,
      locationId: one.locationId,
      channel: one.channel,
      at: one.redeemedAt,
      discountMinor: one.discountMinor,
    })),
  });
}

/** The other uses of a code, newest first: the other side of an over-redemption. */
async function otherUses(tx: Db, couponId: string): Promise<RedemptionRow[]> {
  return tx
    .select()
    .from(redemptions)
    .where(and(eq(redemptions.couponId, couponId), eq(redemptions.status, 'redeemed')))
    .orderBy(desc(redemptions.redeemedAt))
    .limit(MAX_OTHER_SIDES + 1);
}
