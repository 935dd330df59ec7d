import { fails, holds, type Verdict } from '../conditions/condition.ts';
import { unknownCustomer } from '../conditions/customer.ts';
import type { NextStep, RefusalCode } from '../types.ts';
import type { Check } from './check.ts';

function counted(
  check: string,
  code: RefusalCode,
  nextStep: NextStep,
  limit: number | undefined,
  uses: number | undefined,
): Verdict | undefined {
  if (limit === undefined) return undefined;
  const facts = { limit, uses: uses ?? 0 };
  return facts.uses < limit ? holds(check, facts) : fails(check, code, nextStep, facts);
}

export const totalLimit: Check = ({ prepared, uses }) =>
  counted('limit_total', 'exhausted', 'none', prepared.offer.limits.total, uses.total);

export const codeLimit: Check = ({ coupon }) =>
  counted('limit_code', 'exhausted', 'none', coupon?.maxUses, coupon?.uses);

export const campaignLimit: Check = ({ campaign }) =>
  counted('limit_campaign', 'exhausted', 'none', campaign?.maxUses, campaign?.uses);

export const locationLimit: Check = ({ prepared, uses }) =>
  counted(
    'limit_location',
    'location_limit',
    'use_elsewhere',
    prepared.offer.limits.perLocation,
    uses.atLocation,
  );

export const dayLimit: Check = ({ prepared, uses }) =>
  counted('limit_day', 'day_limit', 'come_back', prepared.offer.limits.perDay, uses.today);

export const operatorLimit: Check = ({ prepared, uses }) =>
  counted(
    'limit_operator',
    'operator_limit',
    'ask_manager',
    prepared.offer.limits.perOperator,
    uses.byOperator,
  );

/** Guests cannot be counted: without a customer it is refused, or let pass and said, as the options want. */
export const customerLimit: Check = ({ prepared, coupon, uses, facts, options }) => {
  const ofOffer = prepared.offer.limits.perCustomer;
  const ofCode = coupon?.maxUsesPerCustomer;
  if (ofOffer === undefined && ofCode === undefined) return undefined;
  if (facts.customer === undefined) {
    if (options.unknownCustomer === 'refuse') return unknownCustomer('limit_customer');
    return holds('limit_customer', { unchecked: true });
  }
  const first = counted('limit_customer', 'customer_limit', 'none', ofOffer, uses.byCustomer);
  if (first?.refusal !== undefined || ofCode === undefined) return first;
  return counted('limit_customer', 'customer_limit', 'none', ofCode, coupon?.usesByCustomer);
};

/** Whether anything is left to give away; whether it is enough is seen when the discount is known. */
export const budget: Check = ({ prepared, uses, campaign }) => {
  const ofOffer = prepared.offer.limits.budgetMinor;
  if (ofOffer !== undefined && (uses.spentMinor ?? 0) >= ofOffer) {
    return fails('budget', 'budget_exhausted', 'none', {
      budgetMinor: ofOffer,
      spentMinor: uses.spentMinor ?? 0,
    });
  }
  const ofCampaign = campaign?.budgetMinor;
  const spent = campaign?.spentMinor ?? 0;
  if (ofCampaign !== undefined && spent >= ofCampaign) {
    return fails('budget', 'budget_exhausted', 'none', { budgetMinor: ofCampaign, spentMinor: spent });
  }
  if (ofOffer === undefined && ofCampaign === undefined) return undefined;
  const leftMinor = Math.min(budgetLeft(ofOffer, uses.spentMinor), budgetLeft(ofCampaign, spent));
  return holds('budget', { leftMinor });
};

export function budgetLeft(budgetMinor: number | undefined, spentMinor: number | undefined): number {
  return budgetMinor === undefined ? Number.MAX_SAFE_INTEGER : budgetMinor - (spentMinor ?? 0);
}
