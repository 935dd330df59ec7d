import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Centre } from './centre.ts';
import { problems, type Routes } from './routes.ts';
import { VERSION } from './version.ts';

export function healthRoutes(app: Routes, centre: Centre): void {
  app.get(
    '/healthz',
    {
      schema: {
        summary: 'Whether the centre runs and reaches its store.',
        tags: ['health'],
        response: {
          200: z.object({
            status: z.literal('ok'),
            version: z.string(),
            store: z.enum(['pglite', 'postgresql']),
            serverEpoch: z.int(),
          }),
          ...problems(503),
        },
      },
    },
    async () => {
      await centre.db.execute(sql`SELECT 1`);
      return {
        status: 'ok' as const,
        version: VERSION,
        store: centre.store.kind,
        serverEpoch: centre.store.epoch,
      };
    },
  );
}
