import { and, asc, eq, isNull, ne, or, sql } from 'drizzle-orm';
import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { type Change, MAX_CHANGES_PER_PULL, type PullResponse } from '../../shared/contracts/sync.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { campaignTimes, hasLimits } from '../campaigns/limits.ts';
import type { Centre } from '../centre.ts';
import { numberChanges } from '../feed/number-changes.ts';
import { describeHomes, usesBy } from '../homes/messages.ts';
import { describeIncident } from '../incidents/incidents.ts';
import { anyOf } from '../store/any-of.ts';
import type { Db } from '../store/db.ts';
import { queryNamed } from '../store/named.ts';
import {
  batches,
  budgetLeases,
  campaigns,
  changes,
  coupons,
  incidents,
  leases,
  offers,
} from '../store/schema.ts';
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
  const rows = await readFeed(centre.db, device, from);
  const page = cutByWeight(rows);
  const last = page.at(-1);
  return {
    serverEpoch: centre.store.epoch,
    serverTime: centre.ports.now(),
    cursor: `${centre.store.epoch}.${last?.position ?? from}`,
    more: page.length < rows.length || rows.length === MAX_CHANGES_PER_PULL,
    changes: await materialise(centre, device, page),
  };
}

function readCursor(cursor: string | undefined, epoch: number): number {
  const match = /^(\d{1,9})\.(\d{1,15})$/.exec(cursor ?? '');
  return match !== null && Number(match[1]) === epoch ? Number(match[2]) : 0;
}

async function readFeed(db: Db, { locationId, ledgerId }: Device, after: number): Promise<Row[]> {
  const rows = await db
    .select()
    .from(changes)
    .where(
      and(
        sql`${changes.position} > ${after}`,
        or(isNull(changes.locationId), eq(changes.locationId, locationId)),
        or(isNull(changes.ofLedger), ne(changes.ofLedger, ledgerId)),
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
async function materialise(centre: Centre, device: Device, rows: readonly Row[]): Promise<Change[]> {
  const { db } = centre;
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
    campaign: await campaignChanges(centre, refs('campaign')),
  };
  const result: Change[] = [];
  for (const row of rows) {
    if (row.kind === 'codes') {
      const codes = await codesChange(db, device, row);
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
  const rows = await db.select().from(offers).where(anyOf(offers.id, ids));
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
  const rows = await db.select().from(batches).where(anyOf(batches.id, ids));
  return new Map(
    rows.map(({ id, offerId, name, format, count, createdAt }) => [
      id,
      { kind: 'batch', batchId: id, offerId, name, format, count, createdAt },
    ]),
  );
}

async function codeUseChanges(db: Db, device: Device, ids: readonly string[]): Promise<Map<string, Change>> {
  if (ids.length === 0) return new Map();
  const rows = await db.select().from(coupons).where(anyOf(coupons.id, ids));
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
  const rows = await db.select().from(coupons).where(anyOf(coupons.id, ids));
  return new Map((await describeHomes(db, device, rows)).map((home) => [home.couponId, home]));
}

async function budgetChanges(db: Db, ids: readonly string[]): Promise<Map<string, Change>> {
  if (ids.length === 0) return new Map();
  const rows = await db.select().from(budgetLeases).where(anyOf(budgetLeases.id, ids));
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

async function campaignChanges(centre: Centre, ids: readonly string[]): Promise<Map<string, Change>> {
  if (ids.length === 0) return new Map();
  const rows = await centre.db.select().from(campaigns).where(anyOf(campaigns.id, ids));
  return new Map(
    rows.map((row) => {
      const { startsAt, endsAt } = campaignTimes(centre, row);
      const times = {
        ...(startsAt === undefined ? {} : { startsAt }),
        ...(endsAt === undefined ? {} : { endsAt }),
      };
      return [row.id, { kind: 'campaign', campaignId: row.id, ...times, limited: hasLimits(row) }];
    }),
  );
}

async function incidentChanges(db: Db, ids: readonly string[]): Promise<Map<string, Change>> {
  if (ids.length === 0) return new Map();
  const rows = await db.select().from(incidents).where(anyOf(incidents.id, ids));
  return new Map(rows.map((row) => [row.id, { kind: 'incident', incident: describeIncident(row) }]));
}

async function leaseChanges(db: Db, ids: readonly string[]): Promise<Map<string, Change>> {
  if (ids.length === 0) return new Map();
  const rows = await db.select().from(leases).where(anyOf(leases.id, ids));
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

/**
 * Columns of JSON, made by the database: a row for each of a million codes costs it and this process more. A statement
 * for each of both, because an index is of no use to a comparison in which nothing equals nothing.
 */
const codesWhere = (ofBatch: string) =>
  `SELECT json_agg(id ORDER BY serial) AS ids, json_agg(code ORDER BY serial) AS codes,
    bool_or(home_ledger_id = $2) AS "hasHomes", min(serial) AS "firstSerial", min(max_uses)::float8 AS "usesPerCode", min(issued_at)::float8 AS "issuedAt"
  FROM coupons
  WHERE offer_id = $1 AND ${ofBatch} AND serial BETWEEN $3 AND $4`;
export const CODES_OF_BATCH = codesWhere('batch_id = $5::uuid');
const CODES_ALONE = codesWhere('batch_id IS NULL');

type CodesRow = {
  readonly ids: string[] | null;
  readonly codes: string[];
  readonly hasHomes: boolean | null;
  readonly firstSerial: number;
  readonly usesPerCode: number | null;
  readonly issuedAt: number;
};

async function codesChange(db: Db, device: Device, row: Row): Promise<Change | undefined> {
  const { ref: offerId, batchId, firstSerial, lastSerial } = row;
  assert(firstSerial !== null && lastSerial !== null, 'codes are announced by their serials');
  const range = [offerId, device.ledgerId, firstSerial, lastSerial];
  const [found] =
    batchId === null
      ? await queryNamed<CodesRow>(db, 'codes_alone', CODES_ALONE, range)
      : await queryNamed<CodesRow>(db, 'codes_of_batch', CODES_OF_BATCH, [...range, batchId]);
  if (found === undefined || found.ids === null) return undefined;
  return {
    kind: 'codes',
    offerId,
    ...(batchId === null ? {} : { batchId }),
    ids: found.ids,
    codes: found.codes,
    firstSerial: found.firstSerial,
    ...(found.usesPerCode === null ? {} : { usesPerCode: found.usesPerCode }),
    issuedAt: found.issuedAt,
    ...(found.hasHomes === true ? { homes: await homesOf(db, device, found.ids) } : {}),
  };
}

async function homesOf(db: Db, { ledgerId }: Device, ids: readonly string[]) {
  const rows = await db
    .select({ id: coupons.id, incarnation: coupons.homeIncarnation, move: coupons.homeMove })
    .from(coupons)
    .where(and(anyOf(coupons.id, ids), eq(coupons.homeLedgerId, ledgerId)));
  const incarnation = Math.max(1, ...rows.map((row) => row.incarnation ?? 1));
  const moves = new Map(
    rows.filter((row) => row.incarnation === incarnation).map((row) => [row.id, row.move]),
  );
  return { incarnation, moves: ids.map((id) => moves.get(id) ?? 0) };
}
