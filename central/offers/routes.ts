import { z } from 'zod';
import { displayCode } from '../../shared/codes/display-code.ts';
import { idSchema, nameSchema } from '../../shared/contracts/common.ts';
import { offerDraftSchema } from '../../shared/contracts/offer.ts';
import { codeFormatSchema } from '../../shared/contracts/operations/batches.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import { zonesOf } from '../../shared/engine/offer-book.ts';
import { err } from '../../shared/kernel/result.ts';
import { requireScope } from '../access/caller.ts';
import { findCampaign } from '../campaigns/campaigns.ts';
import { type Centre, newId, type Outcome } from '../centre.ts';
import { addBatch, MAX_CODES_PER_REQUEST } from '../coupons/coupons.ts';
import { RefusedError, refuse } from '../problem.ts';
import { wallTimeAt } from '../redemptions/wall-time.ts';
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
import type { Db } from '../store/db.ts';
import { transactResult } from '../store/retry.ts';
import { addOffer, changeOffer, findOffer, listOffers, type OfferRow } from './offers.ts';
import { offerResource, toOfferResource } from './resource.ts';

const tags = ['offers'];

export function offerRoutes(app: Routes, centre: Centre): void {
  const write = { onRequest: requireScope(centre, 'offers') };
  const read = { onRequest: requireScope(centre, 'read') };
  const answer = async (row: OfferRow) => {
    const state = await findOffer(centre.db, row.id);
    return toOfferResource(state ?? { row, escrow: undefined });
  };

  app.post(
    '/api/offers',
    {
      ...write,
      schema: {
        summary: 'Makes an offer: the terms that any number of coupons share.',
        tags,
        security: byKey,
        body: offerDraftSchema,
        response: { 201: offerResource, ...problems(401, 403, 422) },
      },
    },
    async (request, reply) => {
      const offer: Offer = { ...request.body, id: newId(centre.ports), version: 1, status: 'active' };
      checkZones(offer);
      await checkCampaign(centre.db, offer.campaignId);
      const row = await centre.db.transaction((tx) => addOffer(tx, centre, offer));
      return reply.code(201).send(await answer(row));
    },
  );

  app.get(
    '/api/offers',
    {
      ...read,
      schema: {
        summary: 'Offers, newest first.',
        tags,
        security: byKey,
        querystring: z.strictObject({
          ...pageQuery,
          status: z.enum(['active', 'paused', 'archived']).optional(),
          search: z.string().min(1).max(120).optional(),
        }),
        response: {
          200: z.object({ offers: z.array(offerResource), next_cursor: z.string().optional() }),
          ...problems(401, 403, 422),
        },
      },
    },
    async ({ query }) => {
      const page = await listOffers(centre.db, query, pageOf(query));
      return {
        offers: page.rows.map(toOfferResource),
        ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
      };
    },
  );

  app.get(
    '/api/offers/:id',
    {
      ...read,
      schema: {
        summary: 'One offer.',
        tags,
        security: byKey,
        params: idParams,
        response: { 200: offerResource, ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params }, reply) => {
      const state = await findOffer(centre.db, params.id);
      if (state === undefined) throw refuse('not_found', { what: 'offer' });
      return reply.header('etag', `"${state.row.version}"`).send(toOfferResource(state));
    },
  );

  app.put(
    '/api/offers/:id',
    {
      ...write,
      schema: {
        summary:
          'Replaces the terms of an offer by a new version. `If-Match` names the version that was seen.',
        tags,
        security: byKey,
        params: idParams,
        body: z.strictObject({ terms: offerDraftSchema, status: z.enum(['active', 'paused']).optional() }),
        response: { 200: offerResource, ...problems(401, 403, 404, 409, 412, 422) },
      },
    },
    async ({ params, body, headers }) => {
      const expected = expectedVersion(headers['if-match']);
      await checkCampaign(centre.db, body.terms.campaignId);
      const changed = await transactResult(centre.db, (tx) =>
        changeOffer(tx, centre, params.id, expected, (terms) => ({
          ...body.terms,
          id: terms.id,
          version: terms.version,
          status: body.status ?? terms.status,
        })),
      );
      const row = unwrap(changed);
      return answer(row);
    },
  );

  app.delete(
    '/api/offers/:id',
    {
      ...write,
      schema: {
        summary: 'Archives an offer: its codes are refused from now on; its history stays.',
        tags,
        security: byKey,
        params: idParams,
        response: { 200: offerResource, ...problems(401, 403, 404) },
      },
    },
    async ({ params }) => {
      const archived = await transactResult(centre.db, (tx) =>
        changeOffer(tx, centre, params.id, undefined, (terms) => ({ ...terms, status: 'archived' })),
      );
      return answer(unwrap(archived));
    },
  );

  app.post(
    '/api/offers/:id/codes',
    {
      ...write,
      schema: {
        summary: `Makes a batch of new codes, complete or not at all; at most ${MAX_CODES_PER_REQUEST}.`,
        tags,
        security: byKey,
        params: idParams,
        body: z.strictObject({
          name: nameSchema,
          count: z.int().min(1).max(MAX_CODES_PER_REQUEST),
          format: codeFormatSchema.optional(),
          /** Uses of each code; null is no limit of its own. */
          max_uses: z.int().min(1).max(1_000_000).nullable().default(1),
          /** The ledger of this location has the uses of the codes from the start. */
          home_location_id: idSchema.optional(),
        }),
        response: {
          201: z.object({
            batch_id: z.uuid(),
            offer_id: z.uuid(),
            count: z.int(),
            codes: z.array(z.string()),
          }),
          ...problems(401, 403, 404, 409, 410, 422),
        },
      },
    },
    async ({ params, body }, reply) => {
      const made = await transactResult(
        centre.db,
        async (tx): Promise<Outcome<{ batchId: string; codes: string[] }>> => {
          const state = await findOffer(tx, params.id);
          if (state === undefined) return err(refusal('not_found', { what: 'offer' }));
          if (state.row.status === 'archived') return err(refusal('archived'));
          return addBatch(tx, centre, state.row, {
            name: body.name,
            count: body.count,
            format: body.format,
            maxUses: body.max_uses ?? undefined,
            homeLocationId: body.home_location_id,
          });
        },
      );
      const { batchId, codes } = unwrap(made);
      return reply.code(201).send({
        batch_id: batchId,
        offer_id: params.id,
        count: codes.length,
        codes: codes.map(displayCode),
      });
    },
  );
}

async function checkCampaign(db: Db, campaignId: string | undefined): Promise<void> {
  if (campaignId !== undefined && (await findCampaign(db, campaignId)) === undefined)
    throw new RefusedError(refusal('not_found', { what: 'campaign' }, 'campaignId'));
}

/** A zone that this machine does not know could never be judged. */
export function checkZones(offer: Offer): void {
  const unknown = zonesOf([offer]).find((zone) => wallTimeAt(zone, 0) === undefined);
  if (unknown !== undefined) throw refuse('invalid_input', { why: `unknown time zone ${unknown}` });
}
