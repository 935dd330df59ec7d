import { and, desc, eq, ilike, inArray, type SQL, sql } from 'drizzle-orm';
import { canonicalCode } from '../../shared/codes/canonical-code.ts';
import { codeSource, generateCode } from '../../shared/codes/generate-code.ts';
import { codeSpace, usableSpace } from '../../shared/codes/guessability.ts';
import type { CodeFormat } from '../../shared/contracts/operations/batches.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { announceBatch } from '../batches/announce-batch.ts';
import { type Centre, newId, type Outcome } from '../centre.ts';
import { announce } from '../feed/announce.ts';
import { FIRST_MOVE, firstHome } from '../homes/first-home.ts';
import { homeColumns } from '../homes/homes.ts';
import { type EscrowRow, escapeLike, type OfferRow } from '../offers/offers.ts';
import { cutPage, olderThan, type PageKey } from '../paging.ts';
import type { Db } from '../store/db.ts';
import { batches, coupons, escrows, offers } from '../store/schema.ts';

export type CouponRow = typeof coupons.$inferSelect;
export type CouponState = {
  readonly coupon: CouponRow;
  readonly offer: OfferRow;
  readonly escrow: EscrowRow | undefined;
  /** Its batch is not complete: it is not valid yet. */
  readonly isMade: boolean;
};

const RANDOM_BYTES_PER_ID = 10;
const UUID4_BYTES = 16;

export function newCouponId(centre: Centre): string {
  const { ports, config } = centre;
  if (config.coupon_id_format === 'uuid7') return uuidV7(ports.now(), ports.randomBytes(RANDOM_BYTES_PER_ID));
  return generateCode({ kind: 'uuid' }, (n) => {
    assert(n === UUID4_BYTES, 'a UUID has 16 bytes');
    return ports.randomBytes(n);
  })
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    .toLowerCase();
}

export function configuredFormat(centre: Centre): CodeFormat {
  const { code_format: format, code_length: length } = centre.config;
  switch (format) {
    case 'crockford':
      return { kind: 'crockford', length };
    case 'uuid':
    case 'classic':
      return { kind: format };
    default:
      return { kind: 'pattern', pattern: format };
  }
}

/** Draws that hit an existing code are repeated so often; then the format has no room left. */
const MAX_DRAWS = 20;

/** One coupon with the given code, or a new one in the configured format. */
export async function addCoupon(
  tx: Db,
  centre: Centre,
  offer: OfferRow,
  input: {
    readonly id?: string | undefined;
    readonly code?: string | undefined;
    /** Uses of this code alone, besides the limits of its offer. */
    readonly maxUses?: number | undefined;
  },
): Promise<Outcome<CouponRow>> {
  const given = input.code === undefined ? undefined : canonicalCode(input.code);
  if (input.code !== undefined && given === undefined) return err(refusal('code_malformed', {}, 'code'));
  const now = centre.ports.now();
  // The offer's row gives out serials one after another.
  await tx.select({ id: offers.id }).from(offers).where(eq(offers.id, offer.id)).for('update');
  const [last] = await tx
    .select({ serial: sql<number>`coalesce(max(${coupons.serial}), 0)` })
    .from(coupons)
    .where(and(eq(coupons.offerId, offer.id), sql`${coupons.batchId} IS NULL`));
  const serial = Number(last?.serial ?? 0) + 1;
  const drawCode = codeSource(configuredFormat(centre), (n) => centre.ports.randomBytes(n));
  for (let draw = 0; draw < (given === undefined ? MAX_DRAWS : 1); draw++) {
    const row: CouponRow = {
      id: input.id ?? newCouponId(centre),
      offerId: offer.id,
      batchId: null,
      serial,
      code: given ?? drawCode(),
      locationId: offer.locationId,
      status: 'live',
      version: 1,
      maxUses: input.maxUses ?? null,
      used: 0,
      reserved: 0,
      issuedAt: now,
      lastUsedAt: null,
      lastUsedWhere: null,
      homeLedgerId: null,
      homeIncarnation: null,
      homeMove: 0,
      homeAskedAt: null,
      homeKeptAt: null,
      updatedAt: now,
      endTold: null,
    };
    const written = await tx
      .insert(coupons)
      .values(row)
      .onConflictDoNothing({ target: [coupons.code, coupons.locationId] })
      .returning({ id: coupons.id });
    if (written.length === 1) {
      await announce(tx, [
        {
          kind: 'codes',
          ref: offer.id,
          batchId: null,
          firstSerial: serial,
          lastSerial: serial,
          locationId: offer.locationId,
        },
      ]);
      return ok(row);
    }
  }
  return err(
    refusal('conflict', { why: given === undefined ? 'no free code was found' : 'the code exists' }, 'code'),
  );
}

/** What one request may make at once; larger batches are a job. */
export const MAX_CODES_PER_REQUEST = 10_000;
/** Some ten parameters a row, and PostgreSQL takes 65,535. */
const ROWS_PER_INSERT = 1_000;

/** A batch of new codes, complete or not at all. */
export async function addBatch(
  tx: Db,
  centre: Centre,
  offer: OfferRow,
  input: {
    readonly name: string;
    readonly count: number;
    readonly format?: CodeFormat | undefined;
    readonly maxUses?: number | undefined;
    readonly homeLocationId?: string | undefined;
  },
): Promise<Outcome<{ batchId: string; codes: string[] }>> {
  assert(input.count <= MAX_CODES_PER_REQUEST, 'the boundary checked the count');
  const format = input.format ?? configuredFormat(centre);
  const space = codeSpace(format);
  const usable = usableSpace(space, 0);
  if (input.count > usable) {
    const why = 'the format has too few codes';
    return err(refusal('conflict', { why, count: input.count, space, usable }, 'format'));
  }
  if (input.homeLocationId !== undefined && input.maxUses === undefined)
    return err(refusal('conflict', { why: 'codes without a limit of their own have no home' }, 'max_uses'));
  const home = input.homeLocationId === undefined ? undefined : await firstHome(tx, input.homeLocationId);
  if (home?.ok === false) return home;
  if (home !== undefined && (offer.locationId ?? input.homeLocationId) !== input.homeLocationId)
    return err(refusal('conflict', { why: 'the offer is of another location' }, 'home_location_id'));
  const now = centre.ports.now();
  const batchId = newId(centre.ports);
  await tx
    .insert(batches)
    .values({ id: batchId, offerId: offer.id, name: input.name, format, count: input.count, createdAt: now });
  const made: string[] = [];
  const drawCode = codeSource(format, (n) => centre.ports.randomBytes(n));
  let draws = 0;
  while (made.length < input.count) {
    if (++draws > MAX_DRAWS + input.count / ROWS_PER_INSERT)
      return err(refusal('conflict', { why: 'no free codes were found' }));
    const drawn = new Set<string>();
    while (drawn.size < Math.min(ROWS_PER_INSERT, input.count - made.length)) drawn.add(drawCode());
    const written = await tx
      .insert(coupons)
      .values(
        [...drawn].map((code, i) => ({
          id: newCouponId(centre),
          offerId: offer.id,
          batchId,
          serial: made.length + i + 1,
          code,
          locationId: offer.locationId,
          status: 'live' as const,
          version: 1,
          maxUses: input.maxUses ?? null,
          issuedAt: now,
          updatedAt: now,
          ...(home && homeColumns({ holder: home.value, move: FIRST_MOVE })),
        })),
      )
      .onConflictDoNothing({ target: [coupons.code, coupons.locationId] })
      .returning({ code: coupons.code, serial: coupons.serial });
    made.push(...(await closeGaps(tx, batchId, made.length, written)));
  }
  await announceBatch(tx, {
    id: batchId,
    offerId: offer.id,
    count: input.count,
    locationId: offer.locationId,
  });
  return ok({ batchId, codes: made });
}

/** Codes that existed already were left out: the ones behind them move up, so that serials have no gaps. */
async function closeGaps(
  tx: Db,
  batchId: string,
  before: number,
  written: readonly { code: string; serial: number }[],
): Promise<string[]> {
  const inOrder = [...written].sort((a, b) => a.serial - b.serial);
  for (const [i, row] of inOrder.entries()) {
    const serial = before + i + 1;
    if (row.serial !== serial) {
      await tx
        .update(coupons)
        .set({ serial })
        .where(and(eq(coupons.batchId, batchId), eq(coupons.code, row.code)));
    }
  }
  return inOrder.map((row) => row.code);
}

export async function findCouponById(db: Db, id: string): Promise<CouponState | undefined> {
  const [found] = await db
    .select()
    .from(coupons)
    .innerJoin(offers, eq(offers.id, coupons.offerId))
    .leftJoin(escrows, eq(escrows.offerId, coupons.offerId))
    .leftJoin(batches, eq(batches.id, coupons.batchId))
    .where(eq(coupons.id, id));
  return found && stateOf(found);
}

function stateOf(found: {
  readonly coupons: CouponRow;
  readonly offers: OfferRow;
  readonly escrows: EscrowRow | null;
  readonly batches: typeof batches.$inferSelect | null;
}): CouponState {
  return {
    coupon: found.coupons,
    offer: found.offers,
    escrow: found.escrows ?? undefined,
    isMade: found.batches?.state !== 'making',
  };
}

export type CouponFilter = {
  readonly offerId?: string | undefined;
  readonly status?: CouponRow['status'] | undefined;
  /** The beginning of a code, or words of the offer's name. */
  readonly search?: string | undefined;
};

type CouponPage = { readonly after?: PageKey | undefined; readonly limit: number };

/** Offers of which a name is searched; who finds more of them is asked for more of the name by what comes first. */
const MAX_NAMED_OFFERS = 1_000;

const MIN_RARE_PREFIX = 3;

export async function listCoupons(
  db: Db,
  filter: CouponFilter,
  page: CouponPage,
): Promise<{ rows: CouponState[]; nextCursor?: string }> {
  const { search } = filter;
  const keyOf = ({ coupon }: CouponState): PageKey => ({ at: coupon.issuedAt, id: coupon.id });
  if (search === undefined) return cutPage(await readCoupons(db, filter, page), page.limit, keyOf);
  // One after the other, because each has an index of its own, and none answers both at once.
  const prefix = `${escapeLike(canonicalCode(search) ?? search)}%`;
  // Many begin with one or two characters, and the newest of them are found by time; few begin with more, and those
  // are found by code. The array keeps a planner without statistics from choosing otherwise.
  const begins =
    search.length < MIN_RARE_PREFIX
      ? sql`${coupons.code} LIKE ${prefix}`
      : sql`${coupons.id} = ANY (ARRAY(SELECT c.id FROM ${coupons} AS c WHERE c.code LIKE ${prefix}))`;
  const byCode = await readCoupons(db, filter, page, begins);
  const named = await db
    .select({ id: offers.id })
    .from(offers)
    .where(ilike(offers.name, `%${escapeLike(search)}%`))
    .orderBy(desc(offers.createdAt), desc(offers.id))
    .limit(MAX_NAMED_OFFERS);
  const ids = named.map(({ id }) => id);
  const byName = ids.length === 0 ? [] : await readCoupons(db, filter, page, inArray(coupons.offerId, ids));
  const found = new Map([...byCode, ...byName].map((state) => [state.coupon.id, state]));
  const newestFirst = [...found.values()].sort(
    (a, b) => b.coupon.issuedAt - a.coupon.issuedAt || (a.coupon.id < b.coupon.id ? 1 : -1),
  );
  return cutPage(newestFirst, page.limit, keyOf);
}

/** One more than the page holds: it says that there is a next one. */
async function readCoupons(
  db: Db,
  filter: CouponFilter,
  page: CouponPage,
  searched?: SQL,
): Promise<CouponState[]> {
  const rows = await db
    .select()
    .from(coupons)
    .innerJoin(offers, eq(offers.id, coupons.offerId))
    .leftJoin(escrows, eq(escrows.offerId, coupons.offerId))
    .leftJoin(batches, eq(batches.id, coupons.batchId))
    .where(
      and(
        filter.offerId === undefined ? undefined : eq(coupons.offerId, filter.offerId),
        filter.status === undefined ? undefined : eq(coupons.status, filter.status),
        searched,
        page.after === undefined ? undefined : olderThan(coupons.issuedAt, coupons.id, page.after),
      ),
    )
    .orderBy(desc(coupons.issuedAt), desc(coupons.id))
    .limit(page.limit + 1);
  return rows.map(stateOf);
}

/** Changes a coupon under its lock. `expected`: the version that the caller saw. */
export async function changeCoupon(
  tx: Db,
  centre: Centre,
  id: string,
  expected: number | undefined,
  change: (row: CouponRow) => Partial<Pick<CouponRow, 'status' | 'maxUses'>>,
): Promise<Outcome<CouponRow>> {
  const [row] = await tx.select().from(coupons).where(eq(coupons.id, id)).for('update');
  if (row === undefined) return err(refusal('not_found', { what: 'coupon' }));
  if (expected !== undefined && expected !== row.version)
    return err(refusal('stale_version', { version: row.version }));
  const changed = { ...change(row), version: row.version + 1, updatedAt: centre.ports.now() };
  await tx.update(coupons).set(changed).where(eq(coupons.id, id));
  await announce(tx, [{ kind: 'codeUse', ref: id, locationId: row.locationId }]);
  return ok({ ...row, ...changed });
}
