import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { idSchema } from '../../shared/contracts/common.ts';
import { decisionFields, incidentKinds, incidentOutcomes } from '../../shared/contracts/incident.ts';
import { requireScope } from '../access/caller.ts';
import type { Centre } from '../centre.ts';
import { cutPage, olderThan } from '../paging.ts';
import { refuse } from '../problem.ts';
import { byKey, idParams, instantText, pageOf, pageQuery, problems, type Routes, unwrap } from '../routes.ts';
import { transactResult } from '../store/retry.ts';
import { incidents } from '../store/schema.ts';
import { applyEventsApart } from '../sync/apply-events.ts';
import { quarantinedEvent } from './replay.ts';
import { resolveIncident } from './resolve.ts';

const incidentResource = z.object({
  id: idSchema,
  kind: z.enum(incidentKinds),
  status: z.enum(['open', 'resolved']),
  ledger_id: idSchema.nullable(),
  offer_id: idSchema.nullable(),
  coupon_id: idSchema.nullable(),
  redemption_id: idSchema.nullable(),
  currency: z.string().nullable(),
  cost_minor: z.int().nullable(),
  /** The parties: which redemption or event, where and when. */
  sides: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  outcome: z.enum(incidentOutcomes).nullable(),
  recovered_from: z.string().nullable(),
  /** The note, or the outcome where nobody wrote one. */
  resolution: z.string().nullable(),
  resolved_by: z.string().nullable(),
  created_at: z.string(),
  resolved_at: z.string().nullable(),
});

function toIncidentResource(row: typeof incidents.$inferSelect): z.output<typeof incidentResource> {
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    ledger_id: row.ledgerId,
    offer_id: row.offerId,
    coupon_id: row.couponId,
    redemption_id: row.redemptionId,
    currency: row.currency,
    cost_minor: row.costMinor,
    sides: row.sides.map((side) => ({ ...side })),
    outcome: row.outcome,
    recovered_from: row.recoveredFrom,
    resolution: row.resolution,
    resolved_by: row.resolvedBy,
    created_at: instantText(row.createdAt),
    resolved_at: row.resolvedAt === null ? null : instantText(row.resolvedAt),
  };
}

export function incidentRoutes(app: Routes, centre: Centre): void {
  app.get(
    '/api/incidents',
    {
      onRequest: requireScope(centre, 'read'),
      schema: {
        summary:
          'What needs a person: over-redemptions with their cost, forks, events that could not be applied.',
        tags: ['incidents'],
        security: byKey,
        querystring: z.strictObject({
          ...pageQuery,
          status: z.enum(['open', 'resolved']).optional(),
          kind: z.enum(incidentKinds).optional(),
        }),
        response: {
          200: z.object({ incidents: z.array(incidentResource), next_cursor: z.string().optional() }),
          ...problems(401, 403, 422),
        },
      },
    },
    async ({ query }) => {
      const { after, limit } = pageOf(query);
      const rows = await centre.db
        .select()
        .from(incidents)
        .where(
          and(
            query.status === undefined ? undefined : eq(incidents.status, query.status),
            query.kind === undefined ? undefined : eq(incidents.kind, query.kind),
            after === undefined ? undefined : olderThan(incidents.createdAt, incidents.id, after),
          ),
        )
        .orderBy(desc(incidents.createdAt), desc(incidents.id))
        .limit(limit + 1);
      const page = cutPage(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
      return {
        incidents: page.rows.map(toIncidentResource),
        ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
      };
    },
  );

  app.get(
    '/api/incidents/:id',
    {
      onRequest: requireScope(centre, 'read'),
      schema: {
        summary: 'One incident; of a quarantined event also what it says.',
        tags: ['incidents'],
        security: byKey,
        params: idParams,
        response: {
          200: incidentResource.extend({
            /** As the ledger wrote it; null once it was replayed. */
            event: z.object({ type: z.string(), body: z.string() }).nullable(),
          }),
          ...problems(401, 403, 404),
        },
      },
    },
    async ({ params }) => {
      const [row] = await centre.db.select().from(incidents).where(eq(incidents.id, params.id));
      if (row === undefined) throw refuse('not_found', { what: 'incident' });
      const event = await quarantinedEvent(centre.db, row);
      return {
        ...toIncidentResource(row),
        event: event === undefined ? null : { type: event.type, body: event.body },
      };
    },
  );

  app.post(
    '/api/incidents/:id/resolve',
    {
      onRequest: requireScope(centre, 'admin'),
      schema: {
        summary:
          'Closes an incident with what was decided. `replayed` tries a quarantined event again, and refuses when it still cannot be applied.',
        tags: ['incidents'],
        security: byKey,
        params: idParams,
        body: z.strictObject({
          outcome: decisionFields.outcome.optional(),
          recovered_from: decisionFields.recoveredFrom,
          /** A note; without an outcome the incident is accepted, or dismissed where there is nothing to accept. */
          resolution: decisionFields.note,
        }),
        response: { 200: incidentResource, ...problems(401, 403, 404, 409, 422) },
      },
    },
    async ({ params, body, caller }) => {
      const [known] = await centre.db.select().from(incidents).where(eq(incidents.id, params.id));
      if (known === undefined) throw refuse('not_found', { what: 'incident' });
      const decision = {
        outcome: body.outcome ?? (known.kind === 'quarantine' ? 'dismissed' : 'accepted'),
        recoveredFrom: body.recovered_from,
        note: body.resolution,
        by: caller?.name,
      } as const;
      const resolved = await transactResult(centre.db, (tx) =>
        resolveIncident(tx, centre, params.id, decision, applyEventsApart),
      );
      return toIncidentResource(unwrap(resolved));
    },
  );
}
