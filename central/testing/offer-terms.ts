import type { OfferDraft } from '../../shared/contracts/offer.ts';

/** 10 % off the whole basket, without any limit. */
export function offerTerms(changes: Partial<OfferDraft> = {}): OfferDraft {
  return {
    name: 'Ten percent',
    currency: 'EUR',
    trigger: 'code',
    benefits: [{ type: 'percent', percentBp: 1_000, target: { scope: 'order' }, base: 'sequential' }],
    conditions: [],
    validity: {},
    limits: {},
    stacking: { mode: 'stackable', priority: 0 },
    fundedBy: { type: 'merchant' },
    taxTreatment: 'before_tax',
    refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'never' },
    offlinePolicy: { type: 'strict' },
    ...changes,
  };
}

/** Two lines worth 50.00 EUR. */
export const basketOf50 = {
  currency: 'EUR',
  taxMode: 'inclusive' as const,
  lines: [
    { id: '1', sku: 'coffee', qty: 2, unitPriceMinor: 1_000 },
    { id: '2', sku: 'mug', qty: 1, unitPriceMinor: 3_000 },
  ],
};
