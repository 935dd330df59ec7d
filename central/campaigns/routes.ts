import { z } from 'zod';
import { amountMinorSchema, currencySchema, idSchema, nameSchema } from '../../shared/contracts/common.ts';
import { requireScope } from '../access/caller.ts';
import type { Centre } from '../centre.ts';
import { refuse } from '../problem.ts';
import {
  byKey,
  expectedVersion,
  idParams,
  instantText,
  pageOf,
  pageQuery,
  problems,
  type Routes,
  unwrap,
} from '../routes.ts';
import { transactResult } from '../store/retry.ts';
import {
  addCampaign,
  type CampaignInput,
  type CampaignState,
  changeCampaign,
  findCampaign,
  listCampaigns,
} from './campaigns.ts';

const tags = ['campaigns'];
const MAX_USES = 1_000_000_000;
const day = z.iso.date();

const campaignInput = z
  .strictObject({
    name: nameSchema,
    /** Days of the centre's time zone, both inclusive. */
    first_day: day.optional(),
    last_day: day.optional(),
    /** Discounts of all its offers together end here. */
    budget_minor: amountMinorSchema.min(1).optional(),
    /** Redemptions of all its offers together. */
    max_uses: z.int().min(1).max(MAX_USES).optional(),
    currency: currencySchema.optional(),
  })
  .refine(({ first_day, last_day }) => !first_day || !last_day || first_day <= last_day, {
    path: ['last_day'],
    error: 'ends before it starts',
  });

const campaignResource = z.object({
  id: idSchema,
  version: z.int(),
  name: z.string(),
  status: z.enum(['active', 'archived']),
  first_day: z.string().nullable(),
  last_day: z.string().nullable(),
  budget_minor: z.int().nullable(),
  max_uses: z.int().nullable(),
  currency: currencySchema,
  offers: z.int(),
  /** Redeemed and not voided, what locations told included. */
  uses: z.int(),
  /** What it gave away, without what was on goods that came back. */
  discount_minor: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
});

function toResource({ row, uses }: CampaignState): z.output<typeof campaignResource> {
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    status: row.status,
    first_day: row.firstDay,
    last_day: row.lastDay,
    budget_minor: row.budgetMinor,
    max_uses: row.maxUses,
    currency: row.currency,
    offers: uses.offers,
    uses: uses.uses,
    discount_minor: uses.discountMinor,
    created_at: instantText(row.createdAt),
    updated_at: instantText(row.updatedAt),
  };
}

function inputOf(body: z.output<typeof campaignInput>): CampaignInput {
  return {
    name: body.name,
    firstDay: body.first_day,
    lastDay: body.last_day,
    budgetMinor: body.budget_minor,
    maxUses: body.max_uses,
    currency: body.currency,
  };
}

export function campaignRoutes(app: Routes, centre: Centre): void {
  const write = { onRequest: requireScope(centre, 'offers') };
  const read = { onRequest: requireScope(centre, 'read') };
  const answer = async (id: string) => {
    const state = await findCampaign(centre.db, id);
    if (state === undefined) throw refuse('not_found', { what: 'campaign' });
    return toResource(state);
  };

  app.post(
    '/api/campaigns',
    {
      ...write,
      schema: {
        summary: 'Makes a campaign: days, a budget and a number of uses that its offers share.',
        tags,
        security: byKey,
        body: campaignInput,
        response: { 201: campaignResource, ...problems(401, 403, 422) },
      },
    },
    async ({ body }, reply) => {
      const { id } = await addCampaign(centre, inputOf(body));
      return reply
        .code(201)
        .header('location', `/api/campaigns/${id}`)
        .send(await answer(id));
    },
  );

  app.get(
    '/api/campaigns',
    {
      ...read,
      schema: {
        summary: 'Campaigns, newest first. `search`: words of the name.',
        tags,
        security: byKey,
        querystring: z.strictObject({
          ...pageQuery,
          status: z.enum(['active', 'archived']).optional(),
          search: z.string().min(1).max(120).optional(),
        }),
        response: {
          200: z.object({ campaigns: z.array(campaignResource), next_cursor: z.string().optional() }),
          ...problems(401, 403, 422),
        },
      },
    },
    async ({ query }) => {
      const page = await listCampaigns(centre.db, query, pageOf(query));
      return {
        campaigns: page.rows.map(toResource),
        ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
      };
    },
  );

  app.get(
    '/api/campaigns/:id',
    {
      ...read,
      schema: {
        summary: 'One campaign, with what it has given so far.',
        tags,
        security: byKey,
        params: idParams,
        response: { 200: campaignResource, ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params }, reply) => {
      const campaign = await answer(params.id);
      return reply.header('etag', `"${campaign.version}"`).send(campaign);
    },
  );

  app.put(
    '/api/campaigns/:id',
    {
      ...write,
      schema: {
        summary: 'Replaces days, budget, uses and name. `If-Match` names the version that was seen.',
        tags,
        security: byKey,
        params: idParams,
        body: campaignInput,
        response: { 200: campaignResource, ...problems(401, 403, 404, 409, 410, 412, 422) },
      },
    },
    async ({ params, body, headers }) => {
      const expected = expectedVersion(headers['if-match']);
      unwrap(
        await transactResult(centre.db, (tx) =>
          changeCampaign(tx, centre, params.id, expected, inputOf(body)),
        ),
      );
      return answer(params.id);
    },
  );

  app.delete(
    '/api/campaigns/:id',
    {
      ...write,
      schema: {
        summary: 'Archives a campaign: its offers are refused from now on, and its history stays.',
        tags,
        security: byKey,
        params: idParams,
        response: { 200: campaignResource, ...problems(401, 403, 404, 422) },
      },
    },
    async ({ params }) => {
      unwrap(
        await transactResult(centre.db, (tx) => changeCampaign(tx, centre, params.id, undefined, 'archive')),
      );
      return answer(params.id);
    },
  );
}
