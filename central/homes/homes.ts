import { and, eq } from 'drizzle-orm';
import type { CodesResponse } from '../../shared/contracts/sync.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { unspentUses } from '../../shared/redemption/code-uses.ts';
import { type Holder, type Home, moveHome } from '../../shared/redemption/home.ts';
import type { Centre } from '../centre.ts';
import { isFrozen } from '../escrow/frozen.ts';
import { announce } from '../feed/announce.ts';
import type { CouponRow } from '../redemptions/find-coupon.ts';
import type { Db } from '../store/db.ts';
import { transact } from '../store/retry.ts';
import { coupons, devices, incarnations, ledgers, offers } from '../store/schema.ts';
import { bellOf } from './bell.ts';

export type WhyAway = CodesResponse['refused'][number]['why'];

/** Looks again this often, in case another process of the centre heard the answer. */
const LOOK_MS = 250;
/** A ledger that keeps its line open is heard of at least this often. */
const PRESENT_MS = 60_000;

export function homeOf(row: Pick<CouponRow, 'homeLedgerId' | 'homeIncarnation' | 'homeMove'>): Home {
  const { homeLedgerId: ledgerId, homeIncarnation: incarnation, homeMove: move } = row;
  return ledgerId === null || incarnation === null ? { move } : { holder: { ledgerId, incarnation }, move };
}

/** Columns of a home. Wherever a code went, nobody asks for it there yet. */
export function homeColumns({ holder, move }: Home) {
  return {
    homeLedgerId: holder?.ledgerId ?? null,
    homeIncarnation: holder?.incarnation ?? null,
    homeMove: move,
    homeAskedAt: null,
    homeKeptAt: null,
  };
}

/** Who wants the code: a ledger, or the centre for its own channels. */
export type Wanting = (Holder & { readonly locationId: string }) | 'centre';

type Step =
  | { readonly state: 'there'; readonly row: CouponRow }
  | { readonly state: 'asked'; readonly ledgerId: string }
  | { readonly state: 'away'; readonly why: WhyAway };

/**
 * Brings the home of a code to whoever wants it, and waits for the ledger that has it, as long as it is present and
 * `waitMs` allows. What comes too late is the centre's: the next one who asks gets it at once.
 */
export async function bringHome(
  centre: Centre,
  couponId: string,
  to: Wanting,
  waitMs: number,
): Promise<CouponRow | WhyAway> {
  const bell = bellOf(centre.store);
  const end = performance.now() + (centre.ports.cannotWait ? 0 : waitMs);
  for (;;) {
    const step = await transact(centre.db, (tx) => stepHome(tx, centre, couponId, to));
    if (step.state === 'there') return step.row;
    if (step.state === 'away') return step.why;
    bell.ring(askedOf(step.ledgerId));
    const left = end - performance.now();
    if (left <= 0 || bell.isClosed) return 'unreachable';
    await bell.wait(answeredAbout(couponId), Math.min(LOOK_MS, left));
  }
}

export const askedOf = (ledgerId: string): string => `asked ${ledgerId}`;
export const answeredAbout = (couponId: string): string => `answered ${couponId}`;

async function stepHome(tx: Db, centre: Centre, couponId: string, to: Wanting): Promise<Step> {
  const [row] = await tx.select().from(coupons).where(eq(coupons.id, couponId)).for('update');
  if (row === undefined || row.maxUses === null) return { state: 'away', why: 'unknown' };
  const home = homeOf(row);
  const isThere = to === 'centre' ? home.holder === undefined : isHolder(home, to);
  if (isThere) return { state: 'there', row };
  if (row.status !== 'live' || unspentUses(row) === 0) return { state: 'away', why: 'used' };
  if (row.reserved > 0) return { state: 'away', why: 'held' };
  if (to !== 'centre' && (row.locationId ?? to.locationId) !== to.locationId)
    return { state: 'away', why: 'unknown' };
  if (home.holder !== undefined) return askHolder(tx, centre, row, home.holder);
  assert(to !== 'centre', 'what is at home at the centre is there');
  return grant(tx, centre, row, home, to);
}

function isHolder({ holder }: Home, one: Holder): boolean {
  return holder?.ledgerId === one.ledgerId && holder.incarnation === one.incarnation;
}

/** Like rights of a lease, a code is not given while the centre may have forgotten that it gave it already. */
async function grant(
  tx: Db,
  centre: Centre,
  row: CouponRow,
  home: Home,
  to: Exclude<Wanting, 'centre'>,
): Promise<Step> {
  const [offer] = await tx.select({ terms: offers.terms }).from(offers).where(eq(offers.id, row.offerId));
  assert(offer !== undefined, 'a code belongs to an offer');
  if (await isFrozen(tx, centre, offer.terms)) return { state: 'away', why: 'frozen' };
  const isOver = !(await isActive(tx, to));
  if (isOver) return { state: 'away', why: 'unreachable' };
  const moved = moveHome(home, to);
  assert(moved.ok, 'nobody else has it');
  const columns = homeColumns(moved.value);
  await tx.update(coupons).set(columns).where(eq(coupons.id, row.id));
  // Told in the feed too: the answer to this question may be lost.
  await announce(tx, [{ kind: 'codeHome', ref: row.id, locationId: to.locationId }]);
  return { state: 'there', row: { ...row, ...columns } };
}

/** A retired incarnation gives nothing back: nobody can say what it spent. */
async function askHolder(tx: Db, centre: Centre, row: CouponRow, holder: Holder): Promise<Step> {
  if (!(await isActive(tx, holder))) return { state: 'away', why: 'unreachable' };
  const now = centre.ports.now();
  // Somebody else waits already, and was told that a basket holds it.
  if (row.homeKeptAt !== null && now - row.homeKeptAt < KEPT_MS) return { state: 'away', why: 'held' };
  if (row.homeAskedAt === null || row.homeKeptAt !== null) {
    await tx.update(coupons).set({ homeAskedAt: now, homeKeptAt: null }).where(eq(coupons.id, row.id));
    const [ledger] = await tx
      .select({ locationId: ledgers.locationId })
      .from(ledgers)
      .where(eq(ledgers.id, holder.ledgerId));
    // A ledger without an open line learns of it with its next sync.
    if (ledger) await announce(tx, [{ kind: 'codeHome', ref: row.id, locationId: ledger.locationId }]);
  }
  const [device] = await tx
    .select({ lastSeenAt: devices.lastSeenAt })
    .from(devices)
    .where(and(eq(devices.ledgerId, holder.ledgerId), eq(devices.status, 'active')));
  const isPresent = device !== undefined && now - device.lastSeenAt < PRESENT_MS;
  return isPresent ? { state: 'asked', ledgerId: holder.ledgerId } : { state: 'away', why: 'unreachable' };
}

/** What a basket held a moment ago it holds now. */
const KEPT_MS = 5_000;

/** Whether this incarnation may still be believed: what a retired one had is burned. */
export async function isActive(tx: Db, { ledgerId, incarnation }: Holder): Promise<boolean> {
  const [row] = await tx
    .select({ status: incarnations.status })
    .from(incarnations)
    .where(and(eq(incarnations.ledgerId, ledgerId), eq(incarnations.incarnation, incarnation)));
  return row?.status === 'active';
}
