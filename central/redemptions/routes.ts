import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { idSchema } from '../../shared/contracts/common.ts';
import { MAX_CODE_INPUT } from '../../shared/contracts/operations/redemption.ts';
import { requireScope } from '../access/caller.ts';
import type { Centre } from '../centre.ts';
import { cutPage, olderThan } from '../paging.ts';
import { refuse } from '../problem.ts';
import { byKey, idParams, pageOf, pageQuery, problems, type Routes, unwrap } from '../routes.ts';
import { redemptions } from '../store/schema.ts';
import { commitReservation } from './commit.ts';
import { readCustomer } from './customer.ts';
import { basketFields, circumstancesOf, customerFields, mayBeRetry, namesOf, requestId } from './input.ts';
import { findRedemption } from './records.ts';
import { redeem, reserve, type UseRequest } from './redeem.ts';
import {
  redemptionResource,
  reservationResource,
  toRedemptionResource,
  toReservationResource,
} from './resource.ts';
import { releaseReservation, voidRedemption } from './undo.ts';

/** One code on one basket. */
const useInput = z.strictObject({ code: z.string().min(1).max(MAX_CODE_INPUT), ...basketFields });

export function redemptionRoutes(app: Routes, centre: Centre): void {
  const mayRedeem = { onRequest: requireScope(centre, 'redeem') };
  const mayRead = { onRequest: requireScope(centre, 'read') };
  const refusals = problems(401, 402, 403, 404, 409, 410, 422, 503);

  app.post(
    '/api/redemptions',
    {
      ...mayRedeem,
      schema: {
        summary: 'Redeems a code at once. With `Idempotency-Key` a retry gets the first answer.',
        tags: ['redemptions'],
        security: byKey,
        body: useInput,
        response: { 201: redemptionResource, ...refusals },
      },
    },
    async (request, reply) => {
      const made = await redeem(centre, useRequest(centre, request, request.body));
      return reply.code(201).send(toRedemptionResource(unwrap(made)));
    },
  );

  app.post(
    '/api/reservations',
    {
      ...mayRedeem,
      schema: {
        summary: 'Holds one use for a while: commit or release it.',
        tags: ['redemptions'],
        security: byKey,
        body: useInput,
        response: { 201: reservationResource, ...refusals },
      },
    },
    async (request, reply) => {
      const made = await reserve(centre, useRequest(centre, request, request.body));
      return reply.code(201).send(toReservationResource(unwrap(made)));
    },
  );

  app.post(
    '/api/reservations/:id/commit',
    {
      ...mayRedeem,
      schema: {
        summary: 'Turns a held use into a redemption of the same id. A retry gets the first answer.',
        tags: ['redemptions'],
        security: byKey,
        params: idParams,
        response: { 200: redemptionResource, ...refusals },
      },
    },
    async ({ params }) => toRedemptionResource(unwrap(await commitReservation(centre, params.id))),
  );

  app.post(
    '/api/reservations/:id/release',
    {
      ...mayRedeem,
      schema: {
        summary: 'Lets go of a held use. Releasing twice is no error.',
        tags: ['redemptions'],
        security: byKey,
        params: idParams,
        response: { 200: reservationResource, ...refusals },
      },
    },
    async ({ params }) => toReservationResource(unwrap(await releaseReservation(centre, params.id))),
  );

  app.post(
    '/api/redemptions/:id/void',
    {
      ...mayRedeem,
      schema: {
        summary:
          'Takes a redemption back: the use returns to where it came from. What a till redeemed is voided at that till. With `Idempotency-Key` a retry gets the first answer.',
        tags: ['redemptions'],
        security: byKey,
        params: idParams,
        body: z.strictObject({ reason: z.string().trim().min(1).max(200) }),
        response: { 200: redemptionResource, ...refusals },
      },
    },
    async (request) => {
      const { params, body } = request;
      const retried = mayBeRetry(request) ? { requestId: requestId(centre, request) } : {};
      const voided = await voidRedemption(centre, { id: params.id, reason: body.reason, ...retried });
      return toRedemptionResource(unwrap(voided));
    },
  );

  app.get(
    '/api/redemptions/:id',
    {
      ...mayRead,
      schema: {
        summary: 'One redemption.',
        tags: ['redemptions'],
        security: byKey,
        params: idParams,
        response: { 200: redemptionResource, ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params }) => {
      const row = await findRedemption(centre.db, params.id);
      if (row === undefined) throw refuse('redemption_unknown');
      return toRedemptionResource(row);
    },
  );

  app.get(
    '/api/redemptions',
    {
      ...mayRead,
      schema: {
        summary: 'The history of a coupon, an offer, a campaign or a customer, or of all: newest first.',
        tags: ['redemptions'],
        security: byKey,
        querystring: z.strictObject({
          ...pageQuery,
          coupon_id: idSchema.optional(),
          offer_id: idSchema.optional(),
          campaign_id: idSchema.optional(),
          ...customerFields,
        }),
        response: {
          200: z.object({ redemptions: z.array(redemptionResource), next_cursor: z.string().optional() }),
          ...problems(401, 403, 422),
        },
      },
    },
    async ({ query }) => {
      const { after, limit } = pageOf(query);
      const customer = readCustomer(namesOf(query), centre.store.customerKey);
      const rows = await centre.db
        .select()
        .from(redemptions)
        .where(
          and(
            query.coupon_id === undefined ? undefined : eq(redemptions.couponId, query.coupon_id),
            query.offer_id === undefined ? undefined : eq(redemptions.offerId, query.offer_id),
            query.campaign_id === undefined ? undefined : ofCampaign(query.campaign_id),
            customer === undefined ? undefined : eq(redemptions.customer, customer.pseudonym),
            after === undefined ? undefined : olderThan(redemptions.redeemedAt, redemptions.id, after),
          ),
        )
        .orderBy(desc(redemptions.redeemedAt), desc(redemptions.id))
        .limit(limit + 1);
      const page = cutPage(rows, limit, (row) => ({ at: row.redeemedAt, id: row.id }));
      return {
        redemptions: page.rows.map(toRedemptionResource),
        ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
      };
    },
  );
}

function ofCampaign(campaignId: string): SQL {
  return sql`${redemptions.offerId} IN (
    SELECT id FROM offers WHERE terms ? 'campaignId' AND terms ->> 'campaignId' = ${campaignId}
  )`;
}

function useRequest(centre: Centre, request: FastifyRequest, input: z.output<typeof useInput>): UseRequest {
  return {
    id: requestId(centre, request),
    mayBeRetry: mayBeRetry(request),
    code: input.code,
    basketId: input.basket_id,
    basket: input.basket,
    circumstances: circumstancesOf(centre, input),
  };
}
