import { and, asc, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { refusal } from '../../shared/contracts/refusal.ts';
import {
  type AsksRequest,
  type AsksResponse,
  type CodeHome,
  type CodesRequest,
  type CodesResponse,
  MAX_CODES_PER_REQUEST,
  SYNC_PROTOCOL,
} from '../../shared/contracts/sync.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Centre, Outcome } from '../centre.ts';
import type { CouponRow } from '../redemptions/find-coupon.ts';
import { anyOf } from '../store/any-of.ts';
import type { Db } from '../store/db.ts';
import { coupons, devices, redemptions } from '../store/schema.ts';
import type { Device } from '../sync/signature.ts';
import { bellOf } from './bell.ts';
import { answeredAbout, askedOf, bringHome } from './homes.ts';

/** A till met codes that are at home elsewhere. They are brought side by side: one that is away delays no other. */
export async function requestCodes(
  centre: Centre,
  device: Device,
  request: CodesRequest,
): Promise<Outcome<CodesResponse>> {
  const version = sameProtocol(request.protocol);
  if (!version.ok) return version;
  const { couponIds, incarnation, waitMs } = request;
  const to = { ledgerId: device.ledgerId, locationId: device.locationId, incarnation };
  const outcomes = await Promise.all(
    couponIds.map(async (couponId) => ({ couponId, came: await bringHome(centre, couponId, to, waitMs) })),
  );
  const rows = outcomes.flatMap(({ came }) => (typeof came === 'string' ? [] : [came]));
  const refused = outcomes.flatMap(({ couponId, came }) =>
    typeof came === 'string' ? [{ couponId, why: came }] : [],
  );
  const homes = await describeHomes(centre.db, device, rows);
  return ok({ serverEpoch: centre.store.epoch, homes, refused });
}

/** How often an open question looks for itself: a code may have been asked for by another process of the centre. */
const LOOK_MS = 1_000;

/** Answered as soon as somebody needs a code of this ledger, or when the time is over. */
export async function waitForAsks(
  centre: Centre,
  device: Device,
  request: AsksRequest,
): Promise<Outcome<AsksResponse>> {
  const version = sameProtocol(request.protocol);
  if (!version.ok) return version;
  const now = centre.ports.now();
  await centre.db.update(devices).set({ lastSeenAt: now }).where(eq(devices.id, device.id));
  const bell = bellOf(centre.store);
  if (request.kept.length > 0) {
    await centre.db
      .update(coupons)
      .set({ homeKeptAt: now })
      .where(and(anyOf(coupons.id, request.kept), eq(coupons.homeLedgerId, device.ledgerId)));
    for (const id of request.kept) bell.ring(answeredAbout(id));
  }
  const end = performance.now() + request.waitMs;
  for (;;) {
    const rows = await askedFor(centre.db, device, request.incarnation);
    const left = end - performance.now();
    if (rows.length > 0 || left <= 0 || bell.isClosed)
      return ok({ serverEpoch: centre.store.epoch, asks: await describeHomes(centre.db, device, rows) });
    await bell.wait(askedOf(device.ledgerId), Math.min(LOOK_MS, left));
  }
}

function askedFor(db: Db, device: Device, incarnation: number): Promise<CouponRow[]> {
  return db
    .select()
    .from(coupons)
    .where(
      and(
        eq(coupons.homeLedgerId, device.ledgerId),
        eq(coupons.homeIncarnation, incarnation),
        isNotNull(coupons.homeAskedAt),
        isNull(coupons.homeKeptAt),
        // What was spent meanwhile is no longer wanted.
        sql`${coupons.used} < ${coupons.maxUses}`,
      ),
    )
    .orderBy(asc(coupons.homeAskedAt), asc(coupons.id))
    .limit(MAX_CODES_PER_REQUEST);
}

/** The homes of codes as a ledger is told them. */
export async function describeHomes(
  db: Db,
  device: Pick<Device, 'ledgerId'>,
  rows: readonly CouponRow[],
): Promise<CodeHome[]> {
  const usedHere = await usesBy(
    db,
    device.ledgerId,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({
    kind: 'codeHome',
    couponId: row.id,
    move: row.homeMove,
    here: row.homeLedgerId === device.ledgerId,
    ...(row.homeIncarnation === null || row.homeLedgerId !== device.ledgerId
      ? {}
      : { incarnation: row.homeIncarnation }),
    wanted: row.homeAskedAt !== null,
    used: row.used,
    usedHere: usedHere.get(row.id) ?? 0,
  }));
}

/** How many uses of each code this ledger told. */
export async function usesBy(
  db: Db,
  ledgerId: string,
  couponIds: readonly string[],
): Promise<Map<string, number>> {
  if (couponIds.length === 0) return new Map();
  const rows = await db
    .select({ couponId: redemptions.couponId, uses: sql<string>`count(*)` })
    .from(redemptions)
    .where(
      and(
        anyOf(redemptions.couponId, couponIds),
        eq(redemptions.ledgerId, ledgerId),
        eq(redemptions.status, 'redeemed'),
      ),
    )
    .groupBy(redemptions.couponId);
  return new Map(rows.flatMap((row) => (row.couponId === null ? [] : [[row.couponId, Number(row.uses)]])));
}

function sameProtocol(protocol: number): Outcome<void> {
  return protocol === SYNC_PROTOCOL
    ? ok(undefined)
    : err(refusal('incompatible_version', { centre: SYNC_PROTOCOL, ledger: protocol }));
}
