import { and, eq, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { requireScope } from '../access/caller.ts';
import type { Centre } from '../centre.ts';
import { announce } from '../feed/announce.ts';
import { refuse } from '../problem.ts';
import { byKey, idParams, problems, type Routes } from '../routes.ts';
import type { Db } from '../store/db.ts';
import { transact } from '../store/retry.ts';
import { coupons, devices, ledgers } from '../store/schema.ts';

/** What an admin does about the machine of a location, and about codes that were lost with it. */
export function homeRoutes(app: Routes, centre: Centre): void {
  const admin = { onRequest: requireScope(centre, 'admin') };

  app.post(
    '/api/locations/:id/revoke-device',
    {
      ...admin,
      schema: {
        summary:
          'The machine of this location may not speak for it any more: stolen, sold, or replaced. What it holds is burned by `give-up`; another joins with an enrolment code for the location.',
        tags: ['locations'],
        security: byKey,
        params: idParams,
        response: { 200: z.object({ revoked: z.int() }), ...problems(401, 403, 404) },
      },
    },
    async ({ params }) =>
      transact(centre.db, async (tx) => {
        const ledgerId = await ledgerOf(tx, params.id);
        const revoked = await tx
          .update(devices)
          .set({ status: 'revoked' })
          .where(and(eq(devices.ledgerId, ledgerId), eq(devices.status, 'active')))
          .returning({ id: devices.id });
        return { revoked: revoked.length };
      }),
  );

  app.post(
    '/api/locations/:id/free-codes',
    {
      ...admin,
      schema: {
        summary:
          'Codes whose home was an incarnation that is over are the centre’s again, as far as nobody reported a use. Whoever asks for this answers for uses that were never reported.',
        tags: ['locations'],
        security: byKey,
        params: idParams,
        response: { 200: z.object({ freed: z.int() }), ...problems(401, 403, 404) },
      },
    },
    async ({ params }) =>
      transact(centre.db, async (tx) => {
        const ledgerId = await ledgerOf(tx, params.id);
        const freed = await tx
          .update(coupons)
          .set({
            homeLedgerId: null,
            homeIncarnation: null,
            // What the lost one may still say about it is of an earlier move.
            homeMove: sql`${coupons.homeMove} + 1`,
            homeAskedAt: null,
            homeKeptAt: null,
          })
          .where(
            and(
              eq(coupons.homeLedgerId, ledgerId),
              lt(coupons.used, coupons.maxUses),
              sql`EXISTS (SELECT 1 FROM incarnations i WHERE i.ledger_id = ${coupons.homeLedgerId}
                AND i.incarnation = ${coupons.homeIncarnation} AND i.status = 'retired')`,
            ),
          )
          .returning({ id: coupons.id });
        // The machine may be back as another incarnation, and believe that it still has them.
        await announce(
          tx,
          freed.map(({ id }) => ({ kind: 'codeHome' as const, ref: id, locationId: params.id })),
        );
        return { freed: freed.length };
      }),
  );
}

async function ledgerOf(tx: Db, locationId: string): Promise<string> {
  const [ledger] = await tx
    .select({ id: ledgers.id })
    .from(ledgers)
    .where(eq(ledgers.locationId, locationId));
  if (ledger === undefined) throw refuse('not_found', { what: 'location' });
  return ledger.id;
}
