import type { OfferRow } from '../../db/queries/offers.ts';
import type { Offer } from '../../shared/engine/offer.ts';

/** Terms were parsed before they were written; what is read back is trusted. */
export function termsOf(row: Pick<OfferRow, 'terms'>): Offer {
  return JSON.parse(row.terms) as Offer;
}
