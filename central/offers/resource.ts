import { z } from 'zod';
import { idSchema } from '../../shared/contracts/common.ts';
import { offerSchema } from '../../shared/contracts/offer.ts';
import { instantText } from '../routes.ts';
import type { OfferState } from './offers.ts';

export const offerResource = z.object({
  id: idSchema,
  version: z.int(),
  status: z.enum(['active', 'paused', 'archived']),
  name: z.string(),
  /** Set while only the location that wrote it gives it. */
  location_id: idSchema.nullable(),
  terms: offerSchema,
  /** Where the rights of a limited offer are. */
  rights: z
    .object({
      total: z.int(),
      pool: z.int(),
      leased: z.int(),
      reserved: z.int(),
      spent: z.int(),
      burned: z.int(),
    })
    .nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

export function toOfferResource({ row, escrow }: OfferState): z.output<typeof offerResource> {
  return {
    id: row.id,
    version: row.version,
    status: row.status,
    name: row.name,
    location_id: row.locationId,
    // Stored terms were parsed by the same schema; only their type is read-only.
    terms: row.terms as z.output<typeof offerSchema>,
    rights:
      escrow === undefined
        ? null
        : {
            total: escrow.n,
            pool: escrow.pool,
            leased: escrow.leased,
            reserved: escrow.reserved,
            spent: escrow.spent,
            burned: escrow.burned,
          },
    created_at: instantText(row.createdAt),
    updated_at: instantText(row.updatedAt),
  };
}
