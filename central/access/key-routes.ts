import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { idSchema, nameSchema } from '../../shared/contracts/common.ts';
import type { Centre } from '../centre.ts';
import { cutPage, olderThan } from '../paging.ts';
import { refuse } from '../problem.ts';
import { byKey, idParams, instantText, pageOf, pageQuery, problems, type Routes } from '../routes.ts';
import { apiKeys } from '../store/schema.ts';
import { endOf, whenText } from '../when.ts';
import { ADMIN_NAME } from './admin-key.ts';
import { createApiKey, type Scope, scopes } from './api-keys.ts';
import { forgetKeys, requireScope } from './caller.ts';

const tags = ['keys'];

const keyResource = z.object({
  id: idSchema,
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
});

function toKeyResource(row: typeof apiKeys.$inferSelect): z.output<typeof keyResource> {
  return {
    id: row.id,
    name: row.name,
    scopes: scopes.filter((scope) => row.scopes.includes(scope)),
    created_at: instantText(row.createdAt),
    expires_at: row.expiresAt === null ? null : instantText(row.expiresAt),
    revoked_at: row.revokedAt === null ? null : instantText(row.revokedAt),
  };
}

export function keyRoutes(app: Routes, centre: Centre): void {
  const { db, ports } = centre;
  const admin = { onRequest: requireScope(centre, 'admin') };

  app.post(
    '/api/keys',
    {
      ...admin,
      schema: {
        summary: 'A key for one integration. It is shown only now: the centre keeps its hash.',
        tags,
        security: byKey,
        body: z.strictObject({
          name: nameSchema.refine((name) => name !== ADMIN_NAME, { error: 'is the key of the installation' }),
          scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
          expires_at: whenText.optional().describe('An instant, valid through it; or a day: to its end.'),
        }),
        response: { 201: z.object({ ...keyResource.shape, key: z.string() }), ...problems(401, 403, 422) },
      },
    },
    async ({ body }, reply) => {
      const expiresAt =
        body.expires_at === undefined ? undefined : endOf(body.expires_at, centre.config.time_zone);
      if (expiresAt !== undefined && expiresAt <= ports.now())
        throw refuse('invalid_input', { why: 'expires_at has passed' });
      const allowed: Scope[] = [...new Set(body.scopes)];
      const { id, key } = await createApiKey(db, centre, { name: body.name, scopes: allowed, expiresAt });
      const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, id));
      if (row === undefined) throw new Error('it was written');
      return reply.code(201).send({ ...toKeyResource(row), key });
    },
  );

  app.get(
    '/api/keys',
    {
      ...admin,
      schema: {
        summary: 'The keys, newest first, revoked ones included. None is shown again.',
        tags,
        security: byKey,
        querystring: z.strictObject(pageQuery),
        response: {
          200: z.object({ keys: z.array(keyResource), next_cursor: z.string().optional() }),
          ...problems(401, 403, 422),
        },
      },
    },
    async ({ query }) => {
      const { after, limit } = pageOf(query);
      const rows = await db
        .select()
        .from(apiKeys)
        .where(after === undefined ? undefined : olderThan(apiKeys.createdAt, apiKeys.id, after))
        .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
        .limit(limit + 1);
      const page = cutPage(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
      return {
        keys: page.rows.map(toKeyResource),
        ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
      };
    },
  );

  app.delete(
    '/api/keys/:id',
    {
      ...admin,
      schema: {
        summary:
          'Revokes a key: at once here, within seconds where another server remembers it. Twice is no error.',
        tags,
        security: byKey,
        params: idParams,
        response: { 200: keyResource, ...problems(401, 403, 404, 409, 422) },
      },
    },
    async ({ params }) => {
      const row = await db.transaction(async (tx) => {
        const [known] = await tx.select().from(apiKeys).where(eq(apiKeys.id, params.id)).for('update');
        if (known === undefined) throw refuse('not_found', { what: 'key' });
        if (known.revokedAt !== null) return known;
        const [others] = await tx
          .select({ n: sql<string>`count(*)` })
          .from(apiKeys)
          .where(
            and(
              isNull(apiKeys.revokedAt),
              isNull(apiKeys.expiresAt),
              sql`${apiKeys.id} <> ${params.id} AND 'admin' = ANY (${apiKeys.scopes})`,
            ),
          );
        if (known.scopes.includes('admin') && Number(others?.n) === 0)
          throw refuse('conflict', { why: 'it is the last key that administers this centre' });
        const revokedAt = ports.now();
        await tx.update(apiKeys).set({ revokedAt }).where(eq(apiKeys.id, params.id));
        return { ...known, revokedAt };
      });
      forgetKeys(centre);
      return toKeyResource(row);
    },
  );
}
