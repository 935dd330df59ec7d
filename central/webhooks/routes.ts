import { and, desc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { idSchema } from '../../shared/contracts/common.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { DAY_MS } from '../../shared/kernel/instant.ts';
import { requireScope } from '../access/caller.ts';
import { type Centre, newId } from '../centre.ts';
import { cutPage, olderThan } from '../paging.ts';
import { RefusedError, refuse } from '../problem.ts';
import { byKey, idParams, instantText, pageOf, pageQuery, problems, type Routes } from '../routes.ts';
import { webhookDeliveries, webhookEndpoints } from '../store/schema.ts';
import { namesInside } from './post-webhook.ts';
import { webhookEvents } from './relay-outbox.ts';

const tags = ['webhooks'];
const SECRET_BYTES = 32;
/** So long after a rotation the former secret signs too. */
const ROTATION_MS = DAY_MS;

const endpointInput = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  events: z.array(z.enum(webhookEvents)).min(1).max(webhookEvents.length),
});
const MAX_ENDPOINTS = 100;

const endpointResource = z.object({
  id: idSchema,
  url: z.string(),
  events: z.array(z.string()),
  created_at: z.string(),
});
const deliveryResource = z.object({
  event_id: idSchema,
  endpoint_id: idSchema,
  type: z.string(),
  state: z.enum(['pending', 'delivered', 'dead']),
  attempts: z.int(),
  next_at: z.string().nullable(),
  last_error: z.string().nullable(),
  created_at: z.string(),
});

function toEndpoint(row: typeof webhookEndpoints.$inferSelect): z.output<typeof endpointResource> {
  return { id: row.id, url: row.url, events: row.events, created_at: instantText(row.createdAt) };
}

function toDelivery(row: typeof webhookDeliveries.$inferSelect): z.output<typeof deliveryResource> {
  return {
    event_id: row.eventId,
    endpoint_id: row.endpointId,
    type: row.type,
    state: row.state,
    attempts: row.attempts,
    next_at: row.state === 'pending' ? instantText(row.nextAt) : null,
    last_error: row.lastError,
    created_at: instantText(row.createdAt),
  };
}

export function webhookRoutes(app: Routes, centre: Centre): void {
  const admin = { onRequest: requireScope(centre, 'admin') };
  const { config, db, ports } = centre;
  const newSecret = () => `whsec_${Buffer.from(ports.randomBytes(SECRET_BYTES)).toString('base64')}`;
  const refuseInside = (url: string) => {
    if (!config.webhook_allow_private && namesInside(url))
      throw new RefusedError(refusal('invalid_input', { why: 'the address is private' }, 'url'));
  };
  const active = (id: string) => and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.status, 'active'));
  const found = (row: typeof webhookEndpoints.$inferSelect | undefined) => {
    if (row === undefined) throw refuse('not_found', { what: 'webhook' });
    return row;
  };

  app.post(
    '/api/webhooks',
    {
      ...admin,
      schema: {
        summary:
          'An address that is told of events, signed by Standard Webhooks. Its secret is shown only now.',
        tags,
        security: byKey,
        body: endpointInput,
        response: {
          201: z.object({ ...endpointResource.shape, secret: z.string() }),
          ...problems(401, 403, 409, 422),
        },
      },
    },
    async ({ body }, reply) => {
      refuseInside(body.url);
      const known = await db.select().from(webhookEndpoints).where(eq(webhookEndpoints.status, 'active'));
      if (known.length >= MAX_ENDPOINTS)
        throw refuse('conflict', { why: `at most ${MAX_ENDPOINTS} endpoints` });
      const row = {
        id: newId(ports),
        url: body.url,
        secret: newSecret(),
        events: [...new Set(body.events)],
        status: 'active' as const,
        createdAt: ports.now(),
        oldSecret: null,
        oldSecretUntil: null,
      };
      await db.insert(webhookEndpoints).values(row);
      return reply.code(201).send({ ...toEndpoint(row), secret: row.secret });
    },
  );

  app.get(
    '/api/webhooks',
    {
      ...admin,
      schema: {
        summary: 'The addresses that are told of events.',
        tags,
        security: byKey,
        response: { 200: z.object({ webhooks: z.array(endpointResource) }), ...problems(401, 403) },
      },
    },
    async () => {
      const rows = await db
        .select()
        .from(webhookEndpoints)
        .where(eq(webhookEndpoints.status, 'active'))
        .orderBy(desc(webhookEndpoints.createdAt));
      return { webhooks: rows.map(toEndpoint) };
    },
  );

  app.get(
    '/api/webhooks/:id',
    {
      ...admin,
      schema: {
        summary: 'One address.',
        tags,
        security: byKey,
        params: idParams,
        response: { 200: endpointResource, ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params }) => {
      const [row] = await db.select().from(webhookEndpoints).where(active(params.id));
      return toEndpoint(found(row));
    },
  );

  app.put(
    '/api/webhooks/:id',
    {
      ...admin,
      schema: {
        summary: 'Another address, or other events. The secret stays.',
        tags,
        security: byKey,
        params: idParams,
        body: endpointInput,
        response: { 200: endpointResource, ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params, body }) => {
      refuseInside(body.url);
      const [row] = await db
        .update(webhookEndpoints)
        .set({ url: body.url, events: [...new Set(body.events)] })
        .where(active(params.id))
        .returning();
      return toEndpoint(found(row));
    },
  );

  app.post(
    '/api/webhooks/:id/rotate-secret',
    {
      ...admin,
      schema: {
        summary: 'A new secret, shown only now. The former one signs too for a day.',
        tags,
        security: byKey,
        params: idParams,
        response: {
          200: z.object({ ...endpointResource.shape, secret: z.string(), old_secret_until: z.string() }),
          ...problems(401, 403, 404, 422),
        },
      },
    },
    async ({ params }) => {
      const until = ports.now() + ROTATION_MS;
      const secret = newSecret();
      const [row] = await db
        .update(webhookEndpoints)
        .set({ secret, oldSecret: sql`${webhookEndpoints.secret}`, oldSecretUntil: until })
        .where(active(params.id))
        .returning();
      return { ...toEndpoint(found(row)), secret, old_secret_until: instantText(until) };
    },
  );

  app.delete(
    '/api/webhooks/:id',
    {
      ...admin,
      schema: {
        summary: 'Tells an address nothing more.',
        tags,
        security: byKey,
        params: idParams,
        response: { 200: endpointResource, ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params }) => {
      const [row] = await db
        .update(webhookEndpoints)
        .set({ status: 'removed' })
        .where(eq(webhookEndpoints.id, params.id))
        .returning();
      if (row === undefined) throw refuse('not_found', { what: 'webhook' });
      return toEndpoint(row);
    },
  );

  app.get(
    '/api/webhooks/deliveries',
    {
      ...admin,
      schema: {
        summary: 'What was sent, what waits, and what was given up: newest first.',
        tags,
        security: byKey,
        querystring: z.strictObject({
          ...pageQuery,
          state: z.enum(['pending', 'delivered', 'dead']).optional(),
        }),
        response: {
          200: z.object({ deliveries: z.array(deliveryResource), next_cursor: z.string().optional() }),
          ...problems(401, 403, 422),
        },
      },
    },
    async ({ query }) => {
      const { after, limit } = pageOf(query);
      const rows = await db
        .select()
        .from(webhookDeliveries)
        .where(
          and(
            query.state === undefined ? undefined : eq(webhookDeliveries.state, query.state),
            after === undefined
              ? undefined
              : olderThan(
                  webhookDeliveries.createdAt,
                  webhookDeliveries.eventId,
                  after,
                  webhookDeliveries.endpointId,
                ),
          ),
        )
        .orderBy(
          desc(webhookDeliveries.createdAt),
          desc(webhookDeliveries.eventId),
          desc(webhookDeliveries.endpointId),
        )
        .limit(limit + 1);
      const page = cutPage(rows, limit, (row) => ({
        at: row.createdAt,
        id: row.eventId,
        part: row.endpointId,
      }));
      return {
        deliveries: page.rows.map(toDelivery),
        ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
      };
    },
  );

  app.post(
    '/api/webhooks/deliveries/:id/replay',
    {
      ...admin,
      schema: {
        summary: 'Sends an event again, to every address to which it was given up.',
        tags,
        security: byKey,
        params: idParams,
        response: { 200: z.object({ replayed: z.int() }), ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params }) => {
      const now = ports.now();
      const rows = await db
        .update(webhookDeliveries)
        .set({ state: 'pending', attempts: 0, nextAt: now, updatedAt: now })
        .where(and(eq(webhookDeliveries.eventId, params.id), eq(webhookDeliveries.state, 'dead')))
        .returning({ id: webhookDeliveries.eventId });
      if (rows.length === 0) throw refuse('not_found', { what: 'dead delivery' });
      return { replayed: rows.length };
    },
  );
}
