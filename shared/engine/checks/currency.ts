import { fails } from '../conditions/condition.ts';
import type { Check } from './check.ts';

/** Amounts are never converted. An offer that names none, such as 10 % off, works in every currency. */
export const currency: Check = ({ prepared, cart }) => {
  if (!prepared.namesAmounts || prepared.offer.currency === cart.basket.currency) return undefined;
  const facts = { offerCurrency: prepared.offer.currency, basketCurrency: cart.basket.currency };
  return fails('currency', 'currency_mismatch', 'none', facts);
};
