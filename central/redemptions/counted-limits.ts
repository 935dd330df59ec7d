import { campaignTurn } from '../campaigns/limits.ts';
import type { Centre } from '../centre.ts';
import type { Customer } from './customer.ts';
import type { FoundOffer } from './find-coupon.ts';

/**
 * Limits that are judged by counting redemptions (per customer, day, location, money budgets): two callers that count
 * at the same time would both find room, so they take turns.
 * @returns the names of the turns to take; none when a plain use needs none
 */
export function turnsFor(
  centre: Centre,
  { offer }: FoundOffer,
  customer: Customer | undefined,
): readonly string[] {
  const { limits } = offer.terms;
  const turns: string[] = [];
  if (limits.perDay !== undefined || limits.perLocation !== undefined || limits.budgetMinor !== undefined)
    turns.push(`offer ${offer.id}`);
  if (offer.campaignLimited) turns.push(campaignTurn(offer.terms.campaignId ?? ''));
  if (customer !== undefined) {
    if (limits.perCustomer !== undefined) turns.push(`offer ${offer.id} customer ${customer.pseudonym}`);
    if (centre.config.max_discount_per_user !== undefined) turns.push(`customer ${customer.pseudonym}`);
  }
  return turns.sort();
}
