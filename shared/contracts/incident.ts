import { z } from 'zod';
import { idSchema, instantSchema } from './common.ts';

/** What needs a person. The centre opens them; locations learn of those that concern them. */
export const incidentKinds = [
  'over_redemption',
  'quarantine',
  'fork',
  'clock_fault',
  'lease_burned',
] as const;

/**
 * `accepted`: the shop bears it. `recovered`: somebody paid it back. `written_off`. `dismissed`: nothing follows.
 * `replayed`: the event could be applied after all. `covered`: a right was found. `voided`: a redemption was taken back.
 */
export const incidentOutcomes = [
  'accepted',
  'recovered',
  'written_off',
  'dismissed',
  'replayed',
  'covered',
  'voided',
] as const;

/** What a person may decide about each kind. A quarantined event can also be tried again: `replayed`. */
export const outcomesOf = {
  over_redemption: ['accepted', 'recovered', 'written_off'],
  quarantine: ['replayed', 'dismissed'],
  fork: ['accepted', 'dismissed'],
  clock_fault: ['accepted', 'dismissed'],
  lease_burned: ['accepted', 'written_off'],
} as const satisfies Record<(typeof incidentKinds)[number], readonly (typeof incidentOutcomes)[number][]>;

export const incidentSchema = z.object({
  id: idSchema,
  kind: z.enum(incidentKinds),
  status: z.enum(['open', 'resolved']),
  ledgerId: idSchema.optional(),
  offerId: idSchema.optional(),
  couponId: idSchema.optional(),
  redemptionId: idSchema.optional(),
  currency: z.string().optional(),
  costMinor: z.int().optional(),
  /** The parties: which redemption or event, where and when. */
  sides: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  outcome: z.enum(incidentOutcomes).optional(),
  recoveredFrom: z.string().optional(),
  note: z.string().optional(),
  resolvedBy: z.string().optional(),
  createdAt: instantSchema,
  resolvedAt: instantSchema.optional(),
});
export type Incident = z.output<typeof incidentSchema>;

const MAX_NOTE = 500;
const MAX_NAME = 200;

export const decisionFields = {
  outcome: z.enum(['accepted', 'recovered', 'written_off', 'dismissed', 'replayed']),
  /** From whom, where it was recovered. */
  recoveredFrom: z.string().trim().min(1).max(MAX_NAME).optional(),
  note: z.string().trim().min(1).max(MAX_NOTE).optional(),
};
