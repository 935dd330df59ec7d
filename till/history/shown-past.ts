import type { PastRow } from '../../db/queries/past-redemptions.ts';
import type { PastEvent } from '../../shared/contracts/operations/search.ts';
import type { PastDetails } from './judge-past-row.ts';

/** Every row of a file is in the location's own currency: others are left out. */
export function shownPast({ at, what, discountMinor, details }: PastRow, currency: string): PastEvent {
  // Written by this ledger, as it judged the row.
  const { offer, operator, till } = JSON.parse(details) as PastDetails;
  return { at, what, discountMinor, currency, offerName: offer, operatorName: operator, tillName: till };
}
