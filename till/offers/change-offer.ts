import type { OfferRow } from '../../db/queries/offers.ts';
import type { Tx } from '../../db/store.ts';
import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import { zonesOf } from '../../shared/engine/offer-book.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome, SignedIn } from '../handlers.ts';
import type { Services } from '../services.ts';
import { isEnrolled } from '../sync-state.ts';
import { isKnownZone } from '../wall-time.ts';
import { mayChange } from './offer-row.ts';
import { termsOf } from './terms.ts';

type Change = {
  readonly offerId: string;
  /** The version that the writer saw. */
  readonly version: number;
  readonly draft: OfferDraft;
};

/** The next version of an offer of this location. Redemptions keep naming the version that judged them. */
export function changeOffer(
  services: Services,
  by: SignedIn,
  { offerId, version, draft }: Change,
): Outcome<OfferRow> {
  const currency = services.location()?.currency ?? '';
  if (draft.currency !== currency) {
    return err(refusal('currency_mismatch', { expected: currency, found: draft.currency }));
  }
  return services.store.transact((tx): Outcome<OfferRow> => {
    const before = ownOffer(tx, offerId);
    if (!before.ok) return before;
    if (before.value.version !== version) {
      return err(refusal('stale_version', { version: before.value.version }));
    }
    const { limits } = termsOf(before.value);
    // The rights of an offer are divided already: another number is another offer.
    if (draft.limits.total !== limits.total) return err(refusal('conflict', {}, 'draft.limits.total'));
    if (draft.limits.budgetMinor !== limits.budgetMinor)
      return err(refusal('conflict', {}, 'draft.limits.budgetMinor'));
    const { campaignId } = draft;
    if (campaignId !== undefined && !tx.read.campaigns.byId(campaignId)) {
      return err(refusal('not_found', { what: 'campaign' }, 'draft.campaignId'));
    }
    const offer: Offer = { ...draft, id: offerId, version: version + 1, status: 'active' };
    const unknownZone = zonesOf([offer]).find((zone) => !isKnownZone(zone));
    if (unknownZone !== undefined) {
      return err(refusal('invalid_input', { why: `unknown time zone ${unknownZone}` }, 'draft.validity'));
    }
    return ok(writeVersion(tx, services, by, before.value, offer));
  });
}

/** Ends an offer for good: its codes are refused from now on, and stay on record. */
export function archiveOffer(services: Services, by: SignedIn, offerId: string): Outcome<OfferRow> {
  return services.store.transact((tx): Outcome<OfferRow> => {
    const before = ownOffer(tx, offerId);
    if (!before.ok) return before;
    const offer: Offer = {
      ...termsOf(before.value),
      version: before.value.version + 1,
      status: 'archived',
    };
    return ok(writeVersion(tx, services, by, before.value, offer));
  });
}

function ownOffer(tx: Tx, offerId: string): Outcome<OfferRow> {
  const row = tx.read.offers.byId(offerId);
  if (!row) return err(refusal('not_found', { what: 'offer' }));
  if (row.status === 'archived') return err(refusal('archived'));
  return mayChange(row, isEnrolled(tx.read)) ? ok(row) : err(refusal('centre_decides'));
}

function writeVersion(tx: Tx, services: Services, by: SignedIn, before: OfferRow, offer: Offer): OfferRow {
  const { status, version } = offer;
  const row: OfferRow = { ...before, status, version, terms: JSON.stringify(offer) };
  tx.write.offers.replace(row);
  // What the event schema parsed is the same plain JSON, only typed as mutable.
  tx.append('offer.changed', { offer: offer as OfferDraft & typeof offer }, services.stamp(by));
  return row;
}
