import { assert } from '../../shared/kernel/assert.ts';
import type { Centre } from '../centre.ts';
import { parseAmount } from '../coupons/decimal.ts';
import type { Db } from '../store/db.ts';
import type { Customer } from './customer.ts';
import { givenToCustomer } from './gather-facts.ts';

/** `max_discount_per_user`: what one customer is given in all, in the currency of the configuration. */
export async function overCustomerCap(
  centre: Centre,
  db: Db,
  customer: Customer | undefined,
  given: { readonly currency: string; readonly discountMinor: number },
): Promise<boolean> {
  const { max_discount_per_user: cap, currency } = centre.config;
  if (cap === undefined || customer === undefined || given.currency !== currency) return false;
  const capMinor = parseAmount(cap, currency);
  assert(capMinor !== undefined, 'the configuration was checked at start');
  return (await givenToCustomer(db, customer.pseudonym, currency)) + given.discountMinor > capMinor;
}
