import { z } from 'zod';
import { idSchema } from '../../shared/contracts/common.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { requireScope } from '../access/caller.ts';
import type { Centre } from '../centre.ts';
import { refuse } from '../problem.ts';
import {
  byKey,
  expectedVersion,
  idParams,
  pageOf,
  pageQuery,
  problems,
  type Routes,
  unwrap,
} from '../routes.ts';
import { transactResult } from '../store/retry.ts';
import { findCouponById, listCoupons } from './coupons.ts';
import { archiveCoupon, createCouponOfOffer, createCouponWithOffer, replaceTerms } from './own-offer.ts';
import { couponResource, toCouponResource } from './resource.ts';
import { couponTermsSchema } from './terms.ts';

const tags = ['coupons'];
const codeText = z.string().min(1).max(64);

/** What may be said beside `offer_id`; all other terms are the offer's. */
const besideOffer: ReadonlySet<string> = new Set(['offer_id', 'code', 'max_uses']);

const couponInput = z
  .strictObject({
    offer_id: idSchema.optional(),
    code: codeText.optional(),
    ...couponTermsSchema.partial({ discount_value: true }).shape,
  })
  .superRefine((input, context) => {
    const issue = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (input.offer_id === undefined) {
      if (input.discount_value === undefined) issue('discount_value', 'required without offer_id');
      return;
    }
    for (const [field, value] of Object.entries(input)) {
      if (value !== undefined && !besideOffer.has(field)) issue(field, 'belongs to the offer');
    }
  });

export function couponRoutes(app: Routes, centre: Centre): void {
  const write = { onRequest: requireScope(centre, 'offers') };
  const read = { onRequest: requireScope(centre, 'read') };
  const answer = async (id: string) => {
    const state = await findCouponById(centre.db, id);
    assert(state !== undefined, 'coupons are never deleted');
    return toCouponResource(state);
  };

  app.post(
    '/api/coupons',
    {
      ...write,
      schema: {
        summary: 'Makes a coupon: a further code of `offer_id`, or one with terms of its own.',
        tags,
        security: byKey,
        body: couponInput,
        response: { 201: couponResource, ...problems(401, 403, 404, 409, 410, 422) },
      },
    },
    async ({ body }, reply) => {
      const made = await transactResult(centre.db, (tx) => {
        const { offer_id: offerId, code, discount_value: value, ...terms } = body;
        if (offerId !== undefined)
          return createCouponOfOffer(tx, centre, offerId, { code, maxUses: body.max_uses });
        assert(value !== undefined, 'the schema demands it');
        return createCouponWithOffer(tx, centre, { ...terms, discount_value: value }, code);
      });
      const { id } = unwrap(made);
      return reply
        .code(201)
        .header('location', `/api/coupons/${id}`)
        .send(await answer(id));
    },
  );

  app.get(
    '/api/coupons',
    {
      ...read,
      schema: {
        summary: 'Coupons, newest first. `search`: the beginning of a code, or words of the name.',
        tags,
        security: byKey,
        querystring: z.strictObject({
          ...pageQuery,
          offer_id: idSchema.optional(),
          status: z.enum(['live', 'void', 'archived']).optional(),
          search: z.string().min(1).max(120).optional(),
        }),
        response: {
          200: z.object({ coupons: z.array(couponResource), next_cursor: z.string().optional() }),
          ...problems(401, 403, 422),
        },
      },
    },
    async ({ query }) => {
      const filter = { offerId: query.offer_id, status: query.status, search: query.search };
      const page = await listCoupons(centre.db, filter, pageOf(query));
      return {
        coupons: page.rows.map(toCouponResource),
        ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
      };
    },
  );

  app.get(
    '/api/coupons/:id',
    {
      ...read,
      schema: {
        summary: 'One coupon, archived ones included.',
        tags,
        security: byKey,
        params: idParams,
        response: { 200: couponResource, ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params }, reply) => {
      const state = await findCouponById(centre.db, params.id);
      if (state === undefined) throw refuse('not_found', { what: 'coupon' });
      return reply.header('etag', `"${state.coupon.version}"`).send(toCouponResource(state));
    },
  );

  app.put(
    '/api/coupons/:id',
    {
      ...write,
      schema: {
        summary:
          'Replaces the terms of a coupon that has an offer of its own. `If-Match` names the version seen.',
        tags,
        security: byKey,
        params: idParams,
        body: couponTermsSchema,
        response: { 200: couponResource, ...problems(401, 403, 404, 409, 410, 412, 422) },
      },
    },
    async ({ params, body, headers }) => {
      const expected = expectedVersion(headers['if-match']);
      unwrap(await transactResult(centre.db, (tx) => replaceTerms(tx, centre, params.id, expected, body)));
      return answer(params.id);
    },
  );

  app.delete(
    '/api/coupons/:id',
    {
      ...write,
      schema: {
        summary: 'Archives a coupon: it is refused from now on and still answers GET.',
        tags,
        security: byKey,
        params: idParams,
        response: { 200: couponResource, ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params }) => {
      unwrap(await transactResult(centre.db, (tx) => archiveCoupon(tx, centre, params.id)));
      return answer(params.id);
    },
  );
}
