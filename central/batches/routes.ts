import { Readable } from 'node:stream';
import { and, desc, eq, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import { idSchema, nameSchema } from '../../shared/contracts/common.ts';
import { codeFormatSchema, MAX_BATCH_CODES } from '../../shared/contracts/operations/batches.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err } from '../../shared/kernel/result.ts';
import { requireScope } from '../access/caller.ts';
import { type Centre, newId, type Outcome } from '../centre.ts';
import { couponTermsSchema, draftOf } from '../coupons/terms.ts';
import { jobResource, toJobResource } from '../jobs/routes.ts';
import type { JobRow } from '../jobs/run-jobs.ts';
import { addOffer, findOffer } from '../offers/offers.ts';
import { cutPage, olderThan } from '../paging.ts';
import { refuse } from '../problem.ts';
import { mayBeRetry, requestId } from '../redemptions/input.ts';
import { byKey, idParams, instantText, pageOf, pageQuery, problems, type Routes, unwrap } from '../routes.ts';
import type { Db } from '../store/db.ts';
import { isUniqueViolation, transactResult } from '../store/retry.ts';
import { batches, jobs } from '../store/schema.ts';
import { codesCsv } from './codes-csv.ts';
import { askForCodes } from './make-codes.ts';

const tags = ['batches'];
const MAX_USES_PER_CODE = 1_000_000_000;

/** Terms of the whole offer; what one code is limited to is `max_uses_per_code`. */
const bulkInput = z
  .strictObject({
    offer_id: idSchema.optional(),
    /** Shown to people; the offer's own name when it is made here. */
    name: nameSchema,
    count: z.int().min(1).max(MAX_BATCH_CODES),
    format: codeFormatSchema.optional(),
    /** Null is no limit of its own. */
    max_uses_per_code: z.int().min(1).max(MAX_USES_PER_CODE).nullable().default(1),
    /** The codes are for this location alone; without, they are spent from the pool, wherever they are shown. */
    location_id: idSchema.optional(),
    /** The ledger of this location has the uses of the codes from the start; others ask for them as they meet them. */
    home_location_id: idSchema.optional(),
    ...couponTermsSchema.omit({ name: true }).partial({ discount_value: true }).shape,
  })
  .superRefine((input, context) => {
    const issue = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (input.home_location_id !== undefined && input.max_uses_per_code === null)
      issue('home_location_id', 'codes without a limit of their own have no home');
    if (input.offer_id === undefined) {
      if (input.discount_value === undefined) issue('discount_value', 'required without offer_id');
      return;
    }
    for (const [field, value] of Object.entries(input)) {
      if (value !== undefined && Object.hasOwn(couponTermsSchema.shape, field) && field !== 'name')
        issue(field, 'belongs to the offer');
    }
  });

const batchResource = z.object({
  id: idSchema,
  offer_id: idSchema,
  name: z.string(),
  format: z.string(),
  count: z.int(),
  /** `making`: none of its codes is valid yet. */
  state: z.enum(['making', 'live']),
  created_at: z.string(),
});

function toBatchResource(row: typeof batches.$inferSelect): z.output<typeof batchResource> {
  return {
    id: row.id,
    offer_id: row.offerId,
    name: row.name,
    format: row.format.kind,
    count: row.count,
    state: row.state,
    created_at: instantText(row.createdAt),
  };
}

export function batchRoutes(app: Routes, centre: Centre): void {
  const { db, ports } = centre;
  const write = { onRequest: requireScope(centre, 'offers') };
  const read = { onRequest: requireScope(centre, 'read') };

  app.post(
    '/api/coupons/bulk',
    {
      ...write,
      schema: {
        summary: `Makes up to ${MAX_BATCH_CODES} codes in the background: follow the job. None is valid before all are made.`,
        tags,
        security: byKey,
        body: bulkInput,
        response: { 202: jobResource, ...problems(401, 403, 404, 409, 410, 422) },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const jobId = requestId(centre, request);
      const first = mayBeRetry(request) ? await findJob(db, jobId) : undefined;
      const job = first ?? unwrap(await askOnce(centre, jobId, body));
      return reply.code(202).header('location', `/api/jobs/${job.id}`).send(toJobResource(job, ports.now()));
    },
  );

  app.get(
    '/api/batches',
    {
      ...read,
      schema: {
        summary: 'Batches of codes, newest first.',
        tags,
        security: byKey,
        querystring: z.strictObject({ ...pageQuery, offer_id: idSchema.optional() }),
        response: {
          200: z.object({ batches: z.array(batchResource), next_cursor: z.string().optional() }),
          ...problems(401, 403, 422),
        },
      },
    },
    async ({ query }) => {
      const { after, limit } = pageOf(query);
      const conditions: (SQL | undefined)[] = [
        query.offer_id === undefined ? undefined : eq(batches.offerId, query.offer_id),
        after === undefined ? undefined : olderThan(batches.createdAt, batches.id, after),
      ];
      const rows = await db
        .select()
        .from(batches)
        .where(and(...conditions))
        .orderBy(desc(batches.createdAt), desc(batches.id))
        .limit(limit + 1);
      const page = cutPage(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
      return {
        batches: page.rows.map(toBatchResource),
        ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
      };
    },
  );

  app.get(
    '/api/batches/:id',
    {
      ...read,
      schema: {
        summary: 'One batch.',
        tags,
        security: byKey,
        params: idParams,
        response: { 200: batchResource, ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params }) => toBatchResource(await batchOf(db, params.id)),
  );

  app.get(
    '/api/batches/:id/codes.csv',
    {
      ...write,
      schema: {
        summary: 'The codes of a batch as CSV, in the order of their serials. Not before it is complete.',
        tags,
        security: byKey,
        params: idParams,
        response: {
          200: { description: 'The codes', content: { 'text/csv': { schema: z.string() } } },
          ...problems(401, 403, 404, 409, 422),
        },
      },
    },
    async ({ params }, reply) => {
      const batch = await batchOf(db, params.id);
      if (batch.state !== 'live') throw refuse('conflict', { why: 'the batch is being made' });
      reply.type('text/csv; charset=utf-8');
      reply.header('content-disposition', `attachment; filename="codes-${batch.id}.csv"`);
      // The type of an answer is that of its schema; Fastify sends a stream as it is.
      return reply.code(200).send(Readable.from(codesCsv(db, batch)) as never);
    },
  );
}

async function batchOf(db: Db, id: string): Promise<typeof batches.$inferSelect> {
  const [row] = await db.select().from(batches).where(eq(batches.id, id));
  if (row === undefined) throw refuse('not_found', { what: 'batch' });
  return row;
}

async function findJob(db: Db, id: string): Promise<JobRow | undefined> {
  const [row] = await db.select().from(jobs).where(eq(jobs.id, id));
  return row;
}

/** A retry that runs beside the first call gets its job. */
async function askOnce(
  centre: Centre,
  jobId: string,
  body: z.output<typeof bulkInput>,
): Promise<Outcome<JobRow>> {
  try {
    return await transactResult(centre.db, (tx) => ask(tx, centre, jobId, body));
  } catch (error) {
    const first = isUniqueViolation(error) ? await findJob(centre.db, jobId) : undefined;
    if (first === undefined) throw error;
    return { ok: true, value: first };
  }
}

async function ask(
  tx: Db,
  centre: Centre,
  jobId: string,
  body: z.output<typeof bulkInput>,
): Promise<Outcome<JobRow>> {
  const { offer_id, name, count, format, max_uses_per_code, location_id, home_location_id, ...rest } = body;
  const { discount_value, ...terms } = rest;
  const batch = {
    name,
    count,
    format,
    maxUses: max_uses_per_code,
    locationId: location_id,
    homeLocationId: home_location_id,
  };
  if (offer_id !== undefined) {
    const state = await findOffer(tx, offer_id);
    if (state === undefined) return err(refusal('not_found', { what: 'offer' }, 'offer_id'));
    if (state.row.status === 'archived') return err(refusal('archived'));
    return askForCodes(tx, centre, jobId, state.row, batch);
  }
  if (discount_value === undefined) throw new Error('the schema demands it');
  const draft = draftOf(centre, { ...terms, name, discount_value }, name);
  if (!draft.ok) return draft;
  const offer = await addOffer(tx, centre, {
    ...draft.value,
    id: newId(centre.ports),
    version: 1,
    status: 'active',
  });
  return askForCodes(tx, centre, jobId, offer, batch);
}
