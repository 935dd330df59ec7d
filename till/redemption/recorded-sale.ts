import type { RedemptionRow } from '../../db/queries/redemptions.ts';
import type { Reads } from '../../db/store.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { decisionOfRecord, type RecordedShares, withoutVoided } from '../../shared/engine/recorded-sale.ts';
import { NO_RETURNS, type Returns } from '../../shared/engine/refund.ts';
import type { Sale } from '../../shared/engine/sale.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome } from '../handlers.ts';
import { termsOf } from '../offers/terms.ts';

/** What is kept of a basket when it completes, beside its redemptions. */
export type SaleRecord = Pick<Sale, 'basket' | 'totals'>;

export type RecordedSale = {
  readonly basketId: string;
  readonly sale: Sale;
  readonly soFar: Returns;
  /** One for each of the sale's decisions, in their order: those that were not voided, where any were not. */
  readonly rows: readonly RedemptionRow[];
};

/** The sale that a redemption belongs to, as it was judged. */
export function findSale(read: Reads, redemptionId: string): Outcome<RecordedSale> {
  const row = read.redemptions.byId(redemptionId);
  if (!row) return err(refusal('redemption_unknown'));
  const basket = read.redemptions.basket(row.basketId);
  assert(basket, 'a redemption names its basket');
  if (basket.sale === null) return err(refusal('sale_unknown'));
  // What is read back was written by this program.
  const record = JSON.parse(basket.sale) as SaleRecord;
  const soFar = basket.returns === null ? NO_RETURNS : (JSON.parse(basket.returns) as Returns);
  const rows = read.redemptions.ofBasket(basket.id);
  const offers = rows.map(({ offerId, offerVersion }) => {
    const terms = read.offers.terms(offerId, offerVersion);
    assert(terms !== undefined, 'versions of offers are never deleted');
    return termsOf({ terms });
  });
  const decisions = rows.map(({ couponId, discountMinor, shares }, i) => {
    const offer = offers[i];
    assert(offer, 'one offer for each redemption');
    return decisionOfRecord({ couponId, discountMinor, shares: JSON.parse(shares) as RecordedShares }, offer);
  });
  const sale = { ...record, offers, decisions };
  const live = rows.filter(({ voidedAt }) => voidedAt === null);
  // Of a sale whose redemptions were all voided nothing stands; it is shown as it was.
  if (live.length === 0 || live.length === rows.length) return ok({ basketId: basket.id, sale, soFar, rows });
  const standing = withoutVoided(sale, (i) => rows[i]?.voidedAt !== null);
  return ok({ basketId: basket.id, sale: standing, soFar, rows: live });
}
