import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { requireScope } from './access/caller.ts';
import type { Centre } from './centre.ts';
import type { Metrics } from './metrics/metrics.ts';
import { problems, type Routes } from './routes.ts';
import { VERSION } from './version.ts';

/** A database that takes longer than this to say anything is gone for whoever sends traffic here. */
const READY_MS = 2_000;

/** Set by whoever stops the server: new work goes elsewhere, what runs is finished. */
export type Lifecycle = { stopping: boolean };

export function healthRoutes(app: Routes, centre: Centre, metrics: Metrics, lifecycle: Lifecycle): void {
  app.get(
    '/healthz',
    {
      schema: {
        summary:
          'That the process runs. It asks nobody: a store that is gone is no reason to start it again.',
        tags: ['health'],
        response: {
          200: z.object({
            status: z.literal('ok'),
            version: z.string(),
            store: z.enum(['pglite', 'postgresql']),
            serverEpoch: z.int(),
          }),
        },
      },
    },
    async () => ({
      status: 'ok' as const,
      version: VERSION,
      store: centre.store.kind,
      serverEpoch: centre.store.epoch,
    }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        summary:
          'Whether requests should come here: 503 while it migrates, shuts down, or cannot reach its store.',
        tags: ['health'],
        response: {
          200: z.object({ status: z.literal('ready') }),
          503: z.object({ status: z.enum(['stopping', 'no_store']) }),
        },
      },
    },
    async (_request, reply) => {
      if (lifecycle.stopping) return reply.code(503).send({ status: 'stopping' });
      return (await reachesStore(centre))
        ? reply.code(200).send({ status: 'ready' })
        : reply.code(503).send({ status: 'no_store' });
    },
  );

  app.get(
    '/metrics',
    {
      ...(centre.config.metrics_public ? {} : { onRequest: requireScope(centre, 'read') }),
      schema: {
        summary: 'Prometheus text. No label holds a code or a customer.',
        tags: ['health'],
        response: {
          200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } },
          ...problems(401, 403),
        },
      },
    },
    async (_request, reply) => {
      reply.type('text/plain; version=0.0.4; charset=utf-8');
      return reply.code(200).send((await metrics.text(centre)) as never); // a text, not JSON: sent as it is
    },
  );
}

async function reachesStore(centre: Centre): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), READY_MS);
  });
  const asked = centre.db.execute(sql`SELECT 1`).then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
