import { z } from 'zod';
import { amountMinorSchema, currencySchema, idSchema, instantSchema, nameSchema } from '../common.ts';
import { operation } from '../operation.ts';

/** More campaigns than a shop runs in years; they are listed at once. */
export const MAX_CAMPAIGNS = 500;
const MAX_USES = 1_000_000_000;

const day = z.iso.date();

/** What a manager writes. Days are the location's, both inclusive. */
export const campaignDraftSchema = z
  .strictObject({
    name: nameSchema,
    firstDay: day.optional(),
    lastDay: day.optional(),
    /** Discounts of all its offers together end here. */
    budgetMinor: amountMinorSchema.min(1).optional(),
    /** Redemptions of all its offers together. */
    maxUses: z.int().min(1).max(MAX_USES).optional(),
  })
  .refine(({ firstDay, lastDay }) => !firstDay || !lastDay || firstDay <= lastDay, {
    path: ['lastDay'],
    error: 'ends before it starts',
  });
export type CampaignDraft = z.output<typeof campaignDraftSchema>;

export const campaignSchema = z.object({
  id: idSchema,
  name: z.string(),
  firstDay: day.optional(),
  lastDay: day.optional(),
  budgetMinor: amountMinorSchema.optional(),
  maxUses: z.int().optional(),
  archived: z.boolean(),
  currency: currencySchema,
  offers: z.int(),
  /** Redeemed here and not voided. */
  uses: z.int(),
  discountMinor: amountMinorSchema,
  createdAt: instantSchema,
});
export type Campaign = z.output<typeof campaignSchema>;

export const campaignOperations = {
  'campaigns.create': operation({
    summary: 'Makes a campaign: dates and a budget that several offers share at this location.',
    role: 'manager',
    input: z.strictObject({ requestId: idSchema, draft: campaignDraftSchema }),
    output: campaignSchema,
    errors: ['conflict'],
  }),
  'campaigns.change': operation({
    summary: 'Changes dates, budget or name of a campaign, or ends it for good.',
    role: 'manager',
    input: z.strictObject({
      campaignId: idSchema,
      draft: campaignDraftSchema,
      archived: z.boolean().default(false),
    }),
    output: campaignSchema,
    errors: ['not_found', 'archived'],
  }),
  'campaigns.list': operation({
    summary: 'All campaigns of this location, newest first.',
    role: 'manager',
    input: z.strictObject({}),
    output: z.object({ campaigns: z.array(campaignSchema) }),
    errors: [],
  }),
};
