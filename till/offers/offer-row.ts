import type { z } from 'zod';
import type { OfferRow } from '../../db/queries/offers.ts';
import type { Reads } from '../../db/store.ts';
import { displayCode } from '../../shared/codes/display-code.ts';
import { MAX_SHOWN_CODES, type offerRowSchema } from '../../shared/contracts/operations/offers.ts';
import type { Services } from '../services.ts';
import { isEnrolled } from '../sync-state.ts';
import { standingOf } from './standing.ts';
import { termsOf } from './terms.ts';

/** `paused` also when only this location paused it. */
export function statusOf(row: OfferRow): OfferRow['status'] {
  return row.pausedHere && row.status === 'active' ? 'paused' : row.status;
}

/** A location writes its own offers until it belongs to a centre; from then on the centre alone does. */
export function mayChange(row: Pick<OfferRow, 'origin' | 'status'>, enrolled: boolean): boolean {
  return row.origin === 'here' && row.status !== 'archived' && !enrolled;
}

export function shownOffer(services: Services, row: OfferRow): z.output<typeof offerRowSchema> {
  const { read } = services.store;
  const offer = termsOf(row);
  const status = statusOf(row);
  const left = rightsLeft(read, row.id);
  const campaign = offer.campaignId === undefined ? undefined : read.campaigns.byId(offer.campaignId);
  return {
    // The schema's arrays are mutable, the engine's are not; nobody writes to either.
    offer: { ...offer, status } as z.output<typeof offerRowSchema>['offer'],
    status,
    ...standingOf(services, row),
    origin: row.origin,
    uses: read.redemptions.count(row.id, 'all', '')?.uses ?? 0,
    ...(offer.limits.total === undefined ? {} : { usesLeftHere: left }),
    codes: read.offers.codeCount(row.id),
    sharedCodes: read.offers.sharedCodes(row.id, MAX_SHOWN_CODES).map(displayCode),
    mayChange: mayChange(row, isEnrolled(read)),
    ...(campaign === undefined ? {} : { campaignName: campaign.name }),
    createdAt: row.createdAt,
  };
}

/** Rights of this offer that are free in this ledger. */
export function rightsLeft(read: Reads, offerId: string): number {
  return read.leases.ofOffer(offerId).reduce((sum, lease) => sum + lease.leased, 0);
}
