import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { idSchema } from '../../shared/contracts/common.ts';
import { type ErrorCode, errorCodes } from '../../shared/contracts/error-codes.ts';
import { requireScope } from '../access/caller.ts';
import type { Centre } from '../centre.ts';
import { cutPage, olderThan } from '../paging.ts';
import { refuse } from '../problem.ts';
import { byKey, idParams, instantText, pageOf, pageQuery, problems, type Routes } from '../routes.ts';
import { jobs } from '../store/schema.ts';
import type { JobRow } from './run-jobs.ts';

const tags = ['jobs'];
const states = ['waiting', 'running', 'cancelling', 'done', 'failed', 'cancelled'] as const;

export const jobResource = z.object({
  id: idSchema,
  kind: z.string(),
  state: z.enum(states),
  /** Steps done, of `out_of`; of a batch these are codes. While it is cancelled it counts down. */
  done: z.int(),
  out_of: z.int(),
  /** As the present run has gone so far; null while nothing can be said. */
  eta_seconds: z.int().nullable(),
  /** Why it failed. */
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]).nullable(),
  /** What it was asked to make. */
  batch_id: idSchema.nullable(),
  offer_id: idSchema.nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  ended_at: z.string().nullable(),
});

const inputIds = z.object({ batchId: idSchema.optional(), offerId: idSchema.optional() });

export function toJobResource(row: JobRow, now: number): z.output<typeof jobResource> {
  const ids = inputIds.safeParse(row.input).data ?? {};
  const isEnding = row.cancelAsked && (row.state === 'running' || row.state === 'waiting');
  return {
    id: row.id,
    kind: row.kind,
    state: isEnding ? 'cancelling' : row.state,
    done: row.done,
    out_of: row.outOf,
    eta_seconds: etaSeconds(row, now),
    code: row.fault?.code ?? (row.state === 'failed' ? stoppedBy(row) : null),
    batch_id: ids.batchId ?? null,
    offer_id: ids.offerId ?? null,
    created_at: instantText(row.createdAt),
    updated_at: instantText(row.updatedAt),
    ended_at: row.endedAt === null ? null : instantText(row.endedAt),
  };
}

function stoppedBy(row: JobRow): ErrorCode {
  return row.result?.stopped === 'storage_full' ? 'storage_full' : 'internal';
}

function etaSeconds(row: JobRow, now: number): number | null {
  if (row.state !== 'running' || row.cancelAsked || row.runSince === null || row.runFrom === null)
    return null;
  const made = row.done - row.runFrom;
  if (made <= 0) return null;
  return Math.ceil(((row.outOf - row.done) * (now - row.runSince)) / made / 1_000);
}

export function jobRoutes(app: Routes, centre: Centre): void {
  const { db, ports } = centre;
  const read = { onRequest: requireScope(centre, 'read') };
  const write = { onRequest: requireScope(centre, 'offers') };
  const asked = isNull(jobs.schedule);

  app.get(
    '/api/jobs',
    {
      ...read,
      schema: {
        summary: 'Work in the background that somebody asked for, newest first.',
        tags,
        security: byKey,
        querystring: z.strictObject({
          ...pageQuery,
          state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']).optional(),
        }),
        response: {
          200: z.object({ jobs: z.array(jobResource), next_cursor: z.string().optional() }),
          ...problems(401, 403, 422),
        },
      },
    },
    async ({ query }) => {
      const { after, limit } = pageOf(query);
      const rows = await db
        .select()
        .from(jobs)
        .where(
          and(
            asked,
            query.state === undefined ? undefined : eq(jobs.state, query.state),
            after === undefined ? undefined : olderThan(jobs.createdAt, jobs.id, after),
          ),
        )
        .orderBy(desc(jobs.createdAt), desc(jobs.id))
        .limit(limit + 1);
      const page = cutPage(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
      return {
        jobs: page.rows.map((row) => toJobResource(row, ports.now())),
        ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
      };
    },
  );

  app.get(
    '/api/jobs/:id',
    {
      ...read,
      schema: {
        summary: 'How far a job is.',
        tags,
        security: byKey,
        params: idParams,
        response: { 200: jobResource, ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params }) => {
      const [row] = await db
        .select()
        .from(jobs)
        .where(and(eq(jobs.id, params.id), asked));
      if (row === undefined) throw refuse('not_found', { what: 'job' });
      return toJobResource(row, ports.now());
    },
  );

  const cancel = async (id: string) => {
    const now = ports.now();
    // One that waits is taken up at once, to undo what it did already.
    const [row] = await db
      .update(jobs)
      .set({
        cancelAsked: true,
        updatedAt: now,
        dueAt: sql`CASE WHEN ${jobs.state} = 'waiting' THEN ${now} ELSE ${jobs.dueAt} END`,
        state: sql`CASE WHEN ${jobs.state} = 'failed' AND ${jobs.fault} IS NULL THEN 'waiting' ELSE ${jobs.state} END`,
        endedAt: null,
      })
      .where(
        and(
          eq(jobs.id, id),
          asked,
          sql`(${jobs.state} IN ('waiting', 'running') OR ${jobs.state} = 'failed' AND ${jobs.fault} IS NULL)`,
        ),
      )
      .returning();
    if (row !== undefined) return toJobResource(row, now);
    const [known] = await db
      .select()
      .from(jobs)
      .where(and(eq(jobs.id, id), asked));
    if (known === undefined) throw refuse('not_found', { what: 'job' });
    if (known.state === 'cancelled') return toJobResource(known, now);
    throw refuse('conflict', { why: `the job is ${known.state}` });
  };
  const cancelSchema = {
    summary:
      'Ends a job and takes back what it did. Nothing of it was ever valid. Cancelling twice is no error.',
    tags,
    security: byKey,
    params: idParams,
    response: { 202: jobResource, ...problems(401, 403, 404, 409, 422) },
  };

  app.post('/api/jobs/:id/cancel', { ...write, schema: cancelSchema }, async ({ params }, reply) =>
    reply.code(202).send(await cancel(params.id)),
  );

  app.delete('/api/jobs/:id', { ...write, schema: cancelSchema }, async ({ params }, reply) =>
    reply.code(202).send(await cancel(params.id)),
  );

  app.post(
    '/api/jobs/:id/resume',
    {
      ...write,
      schema: {
        summary: 'Goes on with a job that a fault of the store has stopped, for example a full disk.',
        tags,
        security: byKey,
        params: idParams,
        response: { 202: jobResource, ...problems(401, 403, 404, 409, 422) },
      },
    },
    async ({ params }, reply) => {
      const now = ports.now();
      const [row] = await db
        .update(jobs)
        .set({ state: 'waiting', dueAt: now, attempts: 0, result: null, endedAt: null, updatedAt: now })
        .where(and(eq(jobs.id, params.id), asked, eq(jobs.state, 'failed'), isNull(jobs.fault)))
        .returning();
      if (row !== undefined) return reply.code(202).send(toJobResource(row, now));
      const [known] = await db
        .select()
        .from(jobs)
        .where(and(eq(jobs.id, params.id), asked));
      if (known === undefined) throw refuse('not_found', { what: 'job' });
      throw refuse('conflict', { why: `the job is ${known.state}` });
    },
  );
}
