import type { FreeShippingBenefit } from '../offer.ts';
import type { BenefitKind } from './benefit.ts';
import { takeShipping } from './take.ts';

/** Delivery costs nothing, or `maxDiscountMinor` less. */
export const freeShipping: BenefitKind<FreeShippingBenefit> = {
  stage: () => 'shipping',
  shape: () => 'shipping',
  award: (benefit, _prepared, work) =>
    takeShipping(benefit.methods, (left) => left, benefit.maxDiscountMinor, work),
};
