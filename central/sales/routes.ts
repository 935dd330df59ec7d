import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { MAX_CODE_INPUT } from '../../shared/contracts/operations/redemption.ts';
import { requireScope } from '../access/caller.ts';
import type { Centre } from '../centre.ts';
import { refuse } from '../problem.ts';
import { basketFields, circumstancesOf, mayBeRetry, requestId } from '../redemptions/input.ts';
import { findRedemption } from '../redemptions/records.ts';
import { byKey, idParams, problems, type Routes, unwrap } from '../routes.ts';
import { type BasketQuestion, judgeBasket, refusalOf } from './judge-basket.ts';
import { findSale, makeSale } from './make-sale.ts';
import { type RefundRequest, refundSale } from './refund-sale.ts';
import {
  judgedResource,
  refundResource,
  saleResource,
  toJudgedResource,
  toRefundResource,
  toSaleResource,
} from './resource.ts';

/** More codes on one basket are a mistake; the search for the best combination grows with them. */
const MAX_CODES = 20;
const MAX_RETURNED_LINES = 1_000;
/** As long as a line's id may be in a basket. */
const MAX_ID = 200;
const MAX_LINE_QTY = 100_000;

const basketInput = z.strictObject({
  codes: z.array(z.string().min(1).max(MAX_CODE_INPUT)).max(MAX_CODES).default([]),
  /** Offers that need no code take part. */
  automatic: z.boolean().default(true),
  ...basketFields,
});

/** Without goods, everything that has not come back yet. */
const refundInput = z.strictObject({
  lines: z
    .array(
      z.strictObject({ line_id: z.string().min(1).max(MAX_ID), units: z.int().min(1).max(MAX_LINE_QTY) }),
    )
    .max(MAX_RETURNED_LINES)
    .optional(),
  shipping_ids: z.array(z.string().min(1).max(MAX_ID)).max(MAX_RETURNED_LINES).optional(),
  reason: z.string().trim().min(1).max(200),
});

export function saleRoutes(app: Routes, centre: Centre): void {
  const mayRedeem = { onRequest: requireScope(centre, 'redeem') };
  const tags = ['sales'];
  const refusals = problems(401, 402, 403, 404, 409, 410, 422, 503);
  const question = (input: z.output<typeof basketInput>): BasketQuestion => ({
    codes: input.codes,
    automatic: input.automatic,
    basket: input.basket,
    circumstances: circumstancesOf(centre, input),
  });

  app.post(
    '/api/baskets/validate',
    {
      onRequest: requireScope(centre, 'validate'),
      schema: {
        summary: 'What several codes and the automatic offers would do on a basket, without any effect.',
        tags,
        security: byKey,
        body: basketInput,
        response: { 200: judgedResource, ...refusals },
      },
    },
    async ({ body }) => {
      const asked = question(body);
      const judged = unwrap(await judgeBasket(centre, centre.db, asked));
      const whole = await refusalOf(centre, centre.db, asked, judged);
      return toJudgedResource(judged, body.basket.currency, whole);
    },
  );

  app.post(
    '/api/sales',
    {
      ...mayRedeem,
      schema: {
        summary:
          'Redeems all codes of a basket and the automatic offers that apply, or nothing. With `Idempotency-Key` a retry gets the first answer.',
        tags,
        security: byKey,
        body: basketInput,
        response: { 201: saleResource, ...refusals },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const made = await makeSale(centre, {
        ...question(body),
        id: requestId(centre, request),
        mayBeRetry: mayBeRetry(request),
        basketId: body.basket_id,
      });
      return reply.code(201).send(toSaleResource(unwrap(made)));
    },
  );

  app.get(
    '/api/sales/:id',
    {
      onRequest: requireScope(centre, 'read'),
      schema: {
        summary: 'One sale with its redemptions.',
        tags,
        security: byKey,
        params: idParams,
        response: { 200: saleResource, ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params }) => {
      const found = await findSale(centre.db, params.id);
      if (found === undefined) throw refuse('not_found', { what: 'sale' });
      return toSaleResource(found);
    },
  );

  const refundSchema = {
    tags,
    security: byKey,
    params: idParams,
    body: refundInput,
    response: { 201: refundResource, ...refusals },
  };

  app.post(
    '/api/sales/:id/refund',
    {
      ...mayRedeem,
      schema: {
        summary:
          'Goods come back, some or all: exactly what was paid for them, and uses by the policy of their offers.',
        ...refundSchema,
      },
    },
    async (request, reply) => {
      const asked = refundRequest(request, request.params.id, request.body);
      return reply.code(201).send(toRefundResource(unwrap(await refundSale(centre, asked))));
    },
  );

  app.post(
    '/api/redemptions/:id/refund',
    { ...mayRedeem, schema: { summary: 'The same, by a redemption of the sale.', ...refundSchema } },
    async (request, reply) => {
      const redemption = await findRedemption(centre.db, request.params.id);
      if (redemption === undefined) throw refuse('redemption_unknown');
      if (redemption.saleId === null) throw refuse('conflict', { why: 'it is refunded where it was sold' });
      const asked = refundRequest(request, redemption.saleId, request.body);
      return reply.code(201).send(toRefundResource(unwrap(await refundSale(centre, asked))));
    },
  );

  function refundRequest(
    request: FastifyRequest,
    saleId: string,
    { lines, shipping_ids: shippingIds, reason }: z.output<typeof refundInput>,
  ): RefundRequest {
    const goods =
      lines === undefined && shippingIds === undefined
        ? undefined
        : { lines: (lines ?? []).map((one) => ({ lineId: one.line_id, units: one.units })), shippingIds };
    return { id: requestId(centre, request), saleId, goods, reason };
  }
}
