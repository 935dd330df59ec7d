import { z } from 'zod';
import { currencySchema, idSchema } from '../../shared/contracts/common.ts';
import { requireScope } from '../access/caller.ts';
import type { Centre } from '../centre.ts';
import { byKey, instantText, problems, type Routes, unwrap } from '../routes.ts';
import { createEnrolment, listLocations } from './locations.ts';

export function locationRoutes(app: Routes, centre: Centre): void {
  app.get(
    '/api/locations',
    {
      onRequest: requireScope(centre, 'read'),
      schema: {
        summary: 'The locations that joined, and how far each is behind.',
        tags: ['locations'],
        security: byKey,
        response: {
          200: z.object({
            locations: z.array(
              z.object({
                id: idSchema,
                name: z.string(),
                currency: currencySchema,
                time_zone: z.string(),
                last_seen_at: z.string().nullable(),
                /** Events that the location reported and the centre does not have yet. */
                behind: z.int(),
              }),
            ),
          }),
          ...problems(401, 403),
        },
      },
    },
    async () => ({
      locations: (await listLocations(centre.db)).map((location) => ({
        id: location.id,
        name: location.name,
        currency: location.currency,
        time_zone: location.timeZone,
        last_seen_at: location.lastSeenAt === undefined ? null : instantText(location.lastSeenAt),
        behind: location.behind,
      })),
    }),
  );

  app.post(
    '/api/locations/enrolments',
    {
      onRequest: requireScope(centre, 'admin'),
      schema: {
        summary:
          'A one-time code, shown only now. With `location_id` a machine joins for that location; without, a new location joins.',
        tags: ['locations'],
        security: byKey,
        body: z
          .strictObject({ note: z.string().max(200).default(''), location_id: idSchema.optional() })
          .default({ note: '' }),
        response: {
          201: z.object({ id: idSchema, enrolment_code: z.string(), expires_at: z.string() }),
          ...problems(401, 403, 404, 422),
        },
      },
    },
    async ({ body }, reply) => {
      const made = unwrap(await createEnrolment(centre, { note: body.note, locationId: body.location_id }));
      return reply
        .code(201)
        .send({ id: made.id, enrolment_code: made.enrolmentCode, expires_at: instantText(made.expiresAt) });
    },
  );
}
