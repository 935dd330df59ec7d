import type { OfferRow } from '../../db/queries/offers.ts';
import { canonicalCode } from '../../shared/codes/canonical-code.ts';
import { displayCode } from '../../shared/codes/display-code.ts';
import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import { zonesOf } from '../../shared/engine/offer-book.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { grantRights, NO_RIGHTS } from '../../shared/redemption/rights.ts';
import { beginBudget } from '../budgets/budget.ts';
import type { Outcome, SignedIn } from '../handlers.ts';
import type { Services } from '../services.ts';
import { isKnownZone } from '../wall-time.ts';

export type NewOffer = {
  readonly requestId: string;
  readonly draft: OfferDraft;
  readonly sharedCode?: string | undefined;
};

/** An offer of this location. All of its rights begin in this ledger's own lease, which bears the offer's id. */
export function createOffer(
  services: Services,
  by: SignedIn | undefined,
  input: NewOffer,
): Outcome<OfferRow> {
  const { store, clock } = services;
  const { requestId, draft, sharedCode } = input;
  const currency = services.location()?.currency;
  if (draft.currency !== currency) {
    return err(refusal('currency_mismatch', { expected: currency ?? '', found: draft.currency }));
  }
  const offer: Offer = { ...draft, id: services.newId(), version: 1, status: 'active' };
  const unknownZone = zonesOf([offer]).find((zone) => !isKnownZone(zone));
  if (unknownZone !== undefined) {
    return err(refusal('invalid_input', { why: `unknown time zone ${unknownZone}` }, 'draft.validity'));
  }
  const code = sharedCode === undefined ? undefined : canonicalCode(sharedCode);
  if (sharedCode !== undefined && code === undefined) return err(refusal('code_malformed', {}, 'sharedCode'));

  return store.transact((tx): Outcome<OfferRow> => {
    const before = tx.read.offers.byRequest(requestId);
    if (before) return ok(before);
    if (code !== undefined && tx.read.coupons.byCode(code)) {
      return err(refusal('conflict', { code: displayCode(code) }, 'sharedCode'));
    }
    if (draft.campaignId !== undefined && !tx.read.campaigns.byId(draft.campaignId)) {
      return err(refusal('not_found', { what: 'campaign' }, 'draft.campaignId'));
    }
    const createdAt = clock.now();
    const row: OfferRow = {
      id: offer.id,
      version: 1,
      status: 'active',
      pausedHere: false,
      origin: 'here',
      createdAt,
      requestId,
      terms: JSON.stringify(offer),
    };
    tx.write.offers.insert(row);
    const stamp = services.stamp(by);
    // What the event schema parsed is the same plain JSON, only typed as mutable.
    tx.append('offer.created', { offer: offer as OfferDraft & typeof offer }, stamp);
    if (offer.limits.total !== undefined) {
      const rights = grantRights(NO_RIGHTS, offer.limits.total);
      const incarnation = store.identity()?.incarnation ?? 1;
      tx.write.leases.insert({ id: offer.id, offerId: offer.id, incarnation, ...rights });
    }
    beginBudget(tx, services, offer);
    if (code !== undefined) {
      const id = services.newId();
      tx.write.coupons.insert({
        id,
        code,
        offerId: offer.id,
        batchId: null,
        serial: 1,
        maxUses: null,
        home: 'here',
        issuedAt: createdAt,
      });
      tx.append('codes.added', { offerId: offer.id, ids: [id], codes: [code], firstSerial: 1 }, stamp);
    }
    return ok(row);
  });
}
