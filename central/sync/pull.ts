import { and, asc, between, eq, inArray, isNull, or, sql } from 'drizzle-orm';
import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { type Change, MAX_CHANGES_PER_PULL, type PullResponse } from '../../shared/contracts/sync.ts';
import { assert } from '../../shared/kernel/assert.ts';
import type { Centre } from '../centre.ts';
import { numberChanges } from '../feed/number-changes.ts';
import { describeHomes, usesBy } from '../homes/messages.ts';
import { describeIncident } from '../incidents/incidents.ts';
import type { Db } from '../store/db.ts';
import { batches, budgetLeases, changes, coupons, incidents, leases, offers } from '../store/schema.ts';
import type { Device } from './signature.ts';

/** So many chunks of codes make about two megabytes: neither side holds more of a million codes at once. */
const MAX_CODE_CHUNKS_PER_PULL = 10;

type Row = typeof changes.$inferSelect & { readonly position: number };

/** What changed for a location since the cursor. A cursor of another server epoch starts anew: nothing is doubled. */
export async function pull(
  centre: Centre,
  device: Device,
  cursor: string | undefined,
): Promise<PullResponse> {
  await numberChanges(centre.db);
  const from = readCursor(cursor, centre.store.epoch);
  const rows = await readFeed(centre.db, device.locationId, from);
  const page = cutByWeight(rows);
  const last = page.at(-1);
  return {
    serverEpoch: centre.store.epoch,
    serverTime: centre.ports.now(),
    cursor: `${centre.store.epoch}.${last?.position ?? from}`,
    more: page.length < rows.length || rows.length === MAX_CHANGES_PER_PULL,
    changes: await materialise(centre.db, device, page),
  };
}

function readCursor(cursor: string | undefined, epoch: number): number {
  const match = /^(\d{1,9})\.(\d{1,15})$/.exec(cursor ?? '');
  return match !== null && Number(match[1]) === epoch ? Number(match[2]) : 0;
}

async function readFeed(db: Db, locationId: string, after: number): Promise<Row[]> {
  const rows = await db
    .select()
    .from(changes)
    .where(
      and(
        sql`${changes.position} > ${after}`,
        or(isNull(changes.locationId), eq(changes.locationId, locationId)),
      ),
    )
    .orderBy(asc(changes.position))
    .limit(MAX_CHANGES_PER_PULL);
  return rows as Row[]; // a row with a NULL position does not pass the comparison
}

function cutByWeight(rows: readonly Row[]): readonly Row[] {
  let chunks = 0;
  const end = rows.findIndex((row) => row.kind === 'codes' && ++chunks > MAX_CODE_CHUNKS_PER_PULL);
  return end < 0 ? rows : rows.slice(0, end);
}

/** Things as they are now. One that changed several times is told once, where it changed first. */
async function materialise(db: Db, device: Device, rows: readonly Row[]): Promise<Change[]> {
  const refs = (kind: Row['kind']) => [
    ...new Set(rows.filter((row) => row.kind === kind).map((row) => row.ref)),
  ];
  const found = {
    offer: await offerChanges(db, refs('offer')),
    batch: await batchChanges(db, refs('batch')),
    codeUse: await codeUseChanges(db, device, refs('codeUse')),
    codeHome: await codeHomeChanges(db, device, refs('codeHome')),
    budget: await budgetChanges(db, refs('budget')),
    incident: await incidentChanges(db, refs('incident')),
    lease: await leaseChanges(db, refs('lease')),
  };
  const result: Change[] = [];
  for (const row of rows) {
    if (row.kind === 'codes') {
      const codes = await codesChange(db, row);
      if (codes !== undefined) result.push(codes);
      continue;
    }
    const change = found[row.kind].get(row.ref);
    if (change !== undefined) result.push(change);
    found[row.kind].delete(row.ref);
  }
  return result;
}

async function offerChanges(db: Db, ids: readonly string[]): Promise<Map<string, Change>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(offers)
    .where(inArray(offers.id, [...ids]));
  return new Map(
    rows.map((row) => [
      row.id,
      {
        kind: 'offer',
        // Stored terms were parsed by the same schema; only their type is read-only.
        offer: row.terms as OfferDraft & typeof row.terms,
        status: row.status,
        createdAt: row.createdAt,
      },
    ]),
  );
}

async function batchChanges(db: Db, ids: readonly string[]): Promise<Map<string, Change>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(batches)
    .where(inArray(batches.id, [...ids]));
  return new Map(
    rows.map(({ id, offerId, name, format, count, createdAt }) => [
      id,
      { kind: 'batch', batchId: id, offerId, name, format, count, createdAt },
    ]),
  );
}

async function codeUseChanges(db: Db, device: Device, ids: readonly string[]): Promise<Map<string, Change>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(coupons)
    .where(inArray(coupons.id, [...ids]));
  const usedHere = await usesBy(db, device.ledgerId, ids);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        kind: 'codeUse',
        couponId: row.id,
        used: row.used,
        usedHere: usedHere.get(row.id) ?? 0,
        status: row.status === 'live' ? 'live' : 'void',
        ...(row.lastUsedAt === null ? {} : { lastAt: row.lastUsedAt }),
        ...(row.lastUsedWhere === null ? {} : { lastWhere: row.lastUsedWhere }),
      },
    ]),
  );
}

async function codeHomeChanges(db: Db, device: Device, ids: readonly string[]): Promise<Map<string, Change>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(coupons)
    .where(inArray(coupons.id, [...ids]));
  return new Map((await describeHomes(db, device, rows)).map((home) => [home.couponId, home]));
}

async function budgetChanges(db: Db, ids: readonly string[]): Promise<Map<string, Change>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(budgetLeases)
    .where(inArray(budgetLeases.id, [...ids]));
  return new Map(
    rows.map(({ id, offerId, incarnation, granted, keep }) => [
      id,
      {
        kind: 'budget',
        leaseId: id,
        offerId,
        incarnation,
        totalMinor: granted,
        ...(keep === null ? {} : { keepMinor: keep }),
      },
    ]),
  );
}

async function incidentChanges(db: Db, ids: readonly string[]): Promise<Map<string, Change>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(incidents)
    .where(inArray(incidents.id, [...ids]));
  return new Map(rows.map((row) => [row.id, { kind: 'incident', incident: describeIncident(row) }]));
}

async function leaseChanges(db: Db, ids: readonly string[]): Promise<Map<string, Change>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(leases)
    .where(inArray(leases.id, [...ids]));
  return new Map(
    rows.map((row) => [
      row.id,
      {
        kind: 'lease',
        leaseId: row.id,
        offerId: row.offerId,
        incarnation: row.incarnation,
        total: row.granted,
        ...(row.keep === null ? {} : { keep: row.keep }),
      },
    ]),
  );
}

async function codesChange(db: Db, row: Row): Promise<Change | undefined> {
  const { ref: offerId, batchId, firstSerial, lastSerial } = row;
  assert(firstSerial !== null && lastSerial !== null, 'codes are announced by their serials');
  const found = await db
    .select({
      id: coupons.id,
      code: coupons.code,
      serial: coupons.serial,
      maxUses: coupons.maxUses,
      issuedAt: coupons.issuedAt,
    })
    .from(coupons)
    .where(
      and(
        eq(coupons.offerId, offerId),
        batchId === null ? isNull(coupons.batchId) : eq(coupons.batchId, batchId),
        between(coupons.serial, firstSerial, lastSerial),
      ),
    )
    .orderBy(asc(coupons.serial));
  const [first] = found;
  if (first === undefined) return undefined;
  return {
    kind: 'codes',
    offerId,
    ...(batchId === null ? {} : { batchId }),
    ids: found.map((one) => one.id),
    codes: found.map((one) => one.code),
    firstSerial: first.serial,
    ...(first.maxUses === null ? {} : { usesPerCode: first.maxUses }),
    issuedAt: first.issuedAt,
  };
}
