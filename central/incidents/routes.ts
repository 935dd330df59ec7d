import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { idSchema } from '../../shared/contracts/common.ts';
import { requireScope } from '../access/caller.ts';
import type { Centre } from '../centre.ts';
import { cutPage, olderThan } from '../paging.ts';
import { refuse } from '../problem.ts';
import { byKey, idParams, instantText, pageOf, pageQuery, problems, type Routes } from '../routes.ts';
import { incidents } from '../store/schema.ts';

const incidentResource = z.object({
  id: idSchema,
  kind: z.enum(['over_redemption', 'fork', 'quarantine']),
  status: z.enum(['open', 'resolved']),
  ledger_id: idSchema.nullable(),
  offer_id: idSchema.nullable(),
  coupon_id: idSchema.nullable(),
  redemption_id: idSchema.nullable(),
  currency: z.string().nullable(),
  cost_minor: z.int().nullable(),
  /** The parties: which redemption or event, where and when. */
  sides: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  resolution: z.string().nullable(),
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
    resolution: row.resolution,
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
        querystring: z.strictObject({ ...pageQuery, status: z.enum(['open', 'resolved']).optional() }),
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

  app.post(
    '/api/incidents/:id/resolve',
    {
      onRequest: requireScope(centre, 'admin'),
      schema: {
        summary: 'Closes an incident with what was decided.',
        tags: ['incidents'],
        security: byKey,
        params: idParams,
        body: z.strictObject({ resolution: z.string().trim().min(1).max(500) }),
        response: { 200: incidentResource, ...problems(401, 403, 404, 409, 422) },
      },
    },
    async ({ params, body }) => {
      const [row] = await centre.db
        .update(incidents)
        .set({ status: 'resolved', resolution: body.resolution, resolvedAt: centre.ports.now() })
        .where(and(eq(incidents.id, params.id), eq(incidents.status, 'open')))
        .returning();
      if (row !== undefined) return toIncidentResource(row);
      const [known] = await centre.db.select().from(incidents).where(eq(incidents.id, params.id));
      throw refuse(known === undefined ? 'not_found' : 'conflict', { what: 'incident' });
    },
  );
}
