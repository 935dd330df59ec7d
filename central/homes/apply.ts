import { eq } from 'drizzle-orm';
import type { LedgerEvent } from '../../shared/contracts/ledger-events.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { type Home, relearnHome, returnHome } from '../../shared/redemption/home.ts';
import type { Centre } from '../centre.ts';
import { announce } from '../feed/announce.ts';
import type { CouponRow } from '../redemptions/find-coupon.ts';
import type { Db } from '../store/db.ts';
import { coupons, ledgers } from '../store/schema.ts';
import type { PushWork } from '../sync/push-work.ts';
import { bellOf } from './bell.ts';
import { answeredAbout, homeColumns, homeOf, isActive } from './homes.ts';

type Of<T extends LedgerEvent['type']> = Extract<LedgerEvent, { type: T }>;

/** A ledger gave a code back. What a retired incarnation gives back stays burned: another copy may have spent it. */
export async function applyCodeReturned(
  tx: Db,
  centre: Centre,
  work: PushWork,
  { payload: { couponId, move }, incarnation }: Of<'code.returned'>,
): Promise<Refusal | undefined> {
  const row = work.coupons.get(couponId);
  if (row === undefined) return refusal('not_found', { what: 'code' });
  const from = { ledgerId: work.holder.ledgerId, incarnation };
  if (await isActive(tx, from)) await settle(tx, work, row, returnHome(homeOf(row), from, move));
  bellOf(centre.store).ring(answeredAbout(couponId));
  return undefined;
}

/** Tells something new only after the centre was restored from a backup. */
export async function applyCodeReceived(
  tx: Db,
  work: PushWork,
  { payload: { couponId, move }, incarnation }: Of<'code.received'>,
): Promise<Refusal | undefined> {
  const row = work.coupons.get(couponId);
  if (row === undefined) return refusal('not_found', { what: 'code' });
  const before = homeOf(row);
  const after = relearnHome(before, { ledgerId: work.holder.ledgerId, incarnation }, move);
  await settle(tx, work, row, after);
  // Whoever was given it since learns that it is not theirs.
  if (after !== before && before.holder !== undefined) {
    const [other] = await tx
      .select({ locationId: ledgers.locationId })
      .from(ledgers)
      .where(eq(ledgers.id, before.holder.ledgerId));
    if (other) await announce(tx, [{ kind: 'codeHome', ref: couponId, locationId: other.locationId }]);
  }
  return undefined;
}

async function settle(tx: Db, work: PushWork, row: CouponRow, home: Home): Promise<void> {
  const columns = homeColumns(home);
  if (columns.homeLedgerId === row.homeLedgerId && columns.homeMove === row.homeMove) return;
  work.coupons.set(row.id, { ...row, ...columns });
  await tx.update(coupons).set(columns).where(eq(coupons.id, row.id));
}
