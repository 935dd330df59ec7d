import { and, eq, gt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { codeSource } from '../../shared/codes/generate-code.ts';
import { codeSpace, usableSpace } from '../../shared/codes/guessability.ts';
import { idSchema } from '../../shared/contracts/common.ts';
import { codeFormatSchema, MAX_BATCH_CODES } from '../../shared/contracts/operations/batches.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Centre, newId, type Outcome } from '../centre.ts';
import { configuredFormat, newCouponId } from '../coupons/coupons.ts';
import { FIRST_MOVE, firstHome } from '../homes/first-home.ts';
import { addJob, type JobHandler, JobRefusedError, type JobRow, type JobRun } from '../jobs/run-jobs.ts';
import type { OfferRow } from '../offers/offers.ts';
import { type Db, query } from '../store/db.ts';
import { batches, coupons, locations } from '../store/schema.ts';
import { announceBatch } from './announce-batch.ts';

export const MAKE_CODES = 'make_codes';

const inputSchema = z.object({
  batchId: idSchema,
  offerId: idSchema,
  format: codeFormatSchema,
  count: z.int().min(1).max(MAX_BATCH_CODES),
  maxUses: z.int().nullable(),
  locationId: idSchema.nullable(),
  /** Where their uses are at home from the start; null: at the centre. */
  home: z
    .object({ ledgerId: idSchema, incarnation: z.int().min(1) })
    .nullable()
    .default(null),
  issuedAt: z.int(),
});
type Input = z.output<typeof inputSchema>;

export type NewBatch = {
  readonly name: string;
  readonly count: number;
  readonly format?: Input['format'] | undefined;
  readonly maxUses: number | null;
  /** The codes are for this location alone; otherwise for everywhere, spent from the pool. */
  readonly locationId?: string | undefined;
  /** Their uses are at home in the ledger of this location: it redeems them without asking anybody. */
  readonly homeLocationId?: string | undefined;
};

/** A batch of any size, made in the background: none of its codes is valid before all are. */
export async function askForCodes(
  tx: Db,
  centre: Centre,
  jobId: string,
  offer: OfferRow,
  batch: NewBatch,
): Promise<Outcome<JobRow>> {
  const format = batch.format ?? configuredFormat(centre);
  const space = codeSpace(format);
  const usable = usableSpace(space, 0);
  if (batch.count > usable) {
    const why = 'the format has too few codes';
    return err(refusal('conflict', { why, count: batch.count, space, usable }, 'format'));
  }
  const locationId = batch.locationId ?? offer.locationId;
  if (offer.locationId !== null && offer.locationId !== locationId)
    return err(refusal('conflict', { why: 'the offer is of another location' }, 'location_id'));
  if (locationId !== null) {
    const [known] = await tx.select({ id: locations.id }).from(locations).where(eq(locations.id, locationId));
    if (known === undefined) return err(refusal('not_found', { what: 'location' }, 'location_id'));
  }
  const home = batch.homeLocationId === undefined ? undefined : await firstHome(tx, batch.homeLocationId);
  if (home?.ok === false) return home;
  if (home !== undefined && (locationId ?? batch.homeLocationId) !== batch.homeLocationId)
    return err(refusal('conflict', { why: 'the codes are for another location' }, 'home_location_id'));
  const input: Input = {
    batchId: newId(centre.ports),
    offerId: offer.id,
    format,
    count: batch.count,
    maxUses: batch.maxUses,
    locationId,
    home: home?.value ?? null,
    issuedAt: centre.ports.now(),
  };
  await tx.insert(batches).values({
    id: input.batchId,
    offerId: offer.id,
    name: batch.name,
    format,
    count: batch.count,
    createdAt: input.issuedAt,
    state: 'making',
  });
  return ok(await addJob(tx, centre, { id: jobId, kind: MAKE_CODES, input, outOf: batch.count }));
}

/** Some tens of milliseconds each: the embedded store serves requests between them. */
export const CODES_PER_STEP = 2_000;
/** Rounds in which a format gives nothing that is free; then it has no room left. */
const MAX_EMPTY_ROUNDS = 20;

/** Codes that were drawn exist already: the step is drawn again, and this time looks first. */
class TakenError extends Error {}

export function makeCodes(centre: Centre): JobHandler {
  return {
    async run(run) {
      const input = inputSchema.parse(run.job.input);
      let { done } = run.job;
      let looksFirst = false;
      let empty = 0;
      while (done < input.count) {
        const before = done;
        try {
          done = await run.step(
            async (tx) => before + (await addCodes(tx, centre, input, before, looksFirst)),
          );
        } catch (error) {
          if (!(error instanceof TakenError)) throw error;
          looksFirst = true;
        }
        empty = done > before || !looksFirst ? 0 : empty + 1;
        if (empty > MAX_EMPTY_ROUNDS)
          throw new JobRefusedError(refusal('conflict', { why: 'no free codes' }));
      }
      await run.finish(async (tx) => {
        await tx.update(batches).set({ state: 'live' }).where(eq(batches.id, input.batchId));
        await announceBatch(tx, { ...input, id: input.batchId });
        return { batchId: input.batchId, count: input.count };
      });
    },
    undo: (run) => removeCodes(run, inputSchema.parse(run.job.input)),
  };
}

/** @returns how many were added; serials go on without a gap */
async function addCodes(
  tx: Db,
  centre: Centre,
  input: Input,
  done: number,
  looksFirst: boolean,
): Promise<number> {
  const wanted = Math.min(CODES_PER_STEP, input.count - done);
  const drawn = new Set<string>();
  // Where some are taken, more are drawn than are needed: the last free codes of a format are rare.
  const draws = looksFirst ? CODES_PER_STEP : wanted;
  const next = codeSource(input.format, (n) => centre.ports.randomBytes(n));
  for (let i = 0; i < draws; i++) drawn.add(next());
  const codes = looksFirst ? (await freeCodes(tx, input, [...drawn])).slice(0, wanted) : [...drawn];
  if (codes.length === 0) return 0;
  // A step that a power loss takes back takes its count with it: the job just makes it again.
  await tx.execute(sql`SET LOCAL synchronous_commit = off`);
  const ids = codes.map(() => newCouponId(centre));
  // In the order of the codes, which is the order of the index; serials tell nothing of it.
  const [written] = await query<{ n: number }>(
    tx,
    sql`
      WITH added AS (
        INSERT INTO coupons (id, offer_id, batch_id, serial, code, location_id, status, version, max_uses, issued_at, updated_at,
          home_ledger_id, home_incarnation, home_move)
        SELECT new.id, ${input.offerId}::uuid, ${input.batchId}::uuid, ${done}::int + new.n::int, new.code,
          ${input.locationId}::uuid, 'live', 1, ${input.maxUses}::bigint, ${input.issuedAt}::bigint, ${input.issuedAt}::bigint,
          ${input.home?.ledgerId ?? null}::uuid, ${input.home?.incarnation ?? null}::int, ${input.home === null ? 0 : FIRST_MOVE}::int
        FROM unnest(${sql.param(ids)}::uuid[], ${sql.param(codes)}::text[]) WITH ORDINALITY AS new (id, code, n)
        ORDER BY new.code
        ON CONFLICT (code, location_id) DO NOTHING
        RETURNING 1
      )
      SELECT count(*)::int AS n FROM added`,
  );
  if (Number(written?.n) !== codes.length) throw new TakenError();
  return codes.length;
}

async function freeCodes(tx: Db, { locationId }: Input, drawn: readonly string[]): Promise<string[]> {
  const taken = await query<{ code: string }>(
    tx,
    sql`SELECT code FROM coupons
        WHERE code = ANY (${sql.param([...drawn])}::text[]) AND location_id IS NOT DISTINCT FROM ${locationId}::uuid`,
  );
  const known = new Set(taken.map((row) => row.code));
  return drawn.filter((code) => !known.has(code));
}

/** None of them was ever valid, so nothing is told of their end. */
async function removeCodes(run: JobRun, { offerId, batchId }: Input): Promise<void> {
  let left = run.job.done;
  while (left > 0) {
    const keep = Math.max(left - CODES_PER_STEP, 0);
    left = await run.step(async (tx) => {
      await tx
        .delete(coupons)
        .where(and(eq(coupons.offerId, offerId), eq(coupons.batchId, batchId), gt(coupons.serial, keep)));
      return keep;
    });
  }
  await run.step(async (tx) => {
    await tx.delete(batches).where(eq(batches.id, batchId));
    return 0;
  });
  assert(left === 0, 'it counts down to nothing');
}
