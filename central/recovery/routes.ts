import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { idSchema, incarnationSchema } from '../../shared/contracts/common.ts';
import { requireScope } from '../access/caller.ts';
import { settleBudget } from '../budgets/budgets.ts';
import type { Centre } from '../centre.ts';
import { confirmOrders, endRecovery, recoveryState } from '../escrow/recovery.ts';
import { settleOffer } from '../escrow/settle.ts';
import { refuse } from '../problem.ts';
import { importInput, importRedemption } from '../redemptions/import.ts';
import { redemptionResource, toRedemptionResource } from '../redemptions/resource.ts';
import { byKey, idParams, problems, type Routes, unwrap } from '../routes.ts';
import { transact } from '../store/retry.ts';
import { budgetLeases, incarnations, leases, ledgers } from '../store/schema.ts';
import { retire } from '../sync/push.ts';

const tags = ['recovery'];

const recoveryResource = z.object({
  /** Strict offers wait until everybody has told what the centre may have lost. */
  recovering: z.boolean(),
  /** `POST /api/recovery/confirm` is missing: the web shop's orders were given again. */
  orders_missing: z.boolean(),
  /** Ledgers that have not told yet; one that is lost is given up. */
  silent: z.array(z.object({ location_id: idSchema, ledger_id: idSchema, incarnation: z.int() })),
});

/** Of a copied ledger, or an old copy that was put back, one incarnation may be lost while others go on. */
const giveUpInput = z.strictObject({ incarnation: incarnationSchema.optional() }).nullish();

export function recoveryRoutes(app: Routes, centre: Centre): void {
  const admin = { onRequest: requireScope(centre, 'admin') };
  const answer = async () => {
    const { recovering, ordersMissing, silent } = await recoveryState(centre.db, centre);
    return {
      recovering,
      orders_missing: ordersMissing,
      silent: silent.map(({ locationId, ledgerId, incarnation }) => ({
        location_id: locationId,
        ledger_id: ledgerId,
        incarnation,
      })),
    };
  };

  app.get(
    '/api/recovery',
    {
      ...admin,
      schema: {
        summary: 'What a centre that was restored from a backup still waits for.',
        tags,
        security: byKey,
        response: { 200: recoveryResource, ...problems(401, 403) },
      },
    },
    answer,
  );

  app.post(
    '/api/recovery/confirm',
    {
      ...admin,
      schema: {
        summary:
          'Says that the orders since the backup were given again, and that every location that ever joined is known or given up.',
        tags,
        security: byKey,
        response: { 200: recoveryResource, ...problems(401, 403) },
      },
    },
    async () => {
      await transact(centre.db, (tx) => confirmOrders(tx, centre));
      return answer();
    },
  );

  app.post(
    '/api/redemptions/import',
    {
      ...admin,
      schema: {
        summary: 'Gives back a redemption that the centre lost: the body is the answer that it once gave.',
        tags,
        security: byKey,
        body: importInput,
        response: { 200: redemptionResource, ...problems(401, 403, 404, 422) },
      },
    },
    async ({ body }) => toRedemptionResource(unwrap(await importRedemption(centre, body))),
  );

  app.post(
    '/api/locations/:id/give-up',
    {
      ...admin,
      schema: {
        summary:
          'The ledger of this location is lost, or one incarnation of it that no machine has any more: its rights are burned. Should it come back, its sales count and it goes on anew.',
        tags,
        security: byKey,
        params: idParams,
        body: giveUpInput,
        response: { 200: z.object({ retired: z.int() }), ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params, body }) => {
      const retired = await transact(centre.db, async (tx) => {
        const [ledger] = await tx
          .select()
          .from(ledgers)
          .where(eq(ledgers.locationId, params.id))
          .for('update');
        if (ledger === undefined) throw refuse('not_found', { what: 'location' });
        const only = body?.incarnation;
        const active = await tx
          .select()
          .from(incarnations)
          .where(
            and(
              eq(incarnations.ledgerId, ledger.id),
              eq(incarnations.status, 'active'),
              only === undefined ? undefined : eq(incarnations.incarnation, only),
            ),
          )
          .for('update');
        for (const row of active) await retire(tx, centre, row);
        const touched = await tx
          .select({ id: leases.offerId })
          .from(leases)
          .where(eq(leases.ledgerId, ledger.id));
        for (const id of [...new Set(touched.map((row) => row.id))].sort()) await settleOffer(tx, centre, id);
        const money = await tx
          .select({ id: budgetLeases.offerId })
          .from(budgetLeases)
          .where(eq(budgetLeases.ledgerId, ledger.id));
        for (const id of [...new Set(money.map((row) => row.id))].sort()) await settleBudget(tx, centre, id);
        await endRecovery(tx, centre);
        return active.length;
      });
      return { retired };
    },
  );
}
