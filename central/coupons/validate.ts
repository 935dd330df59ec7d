import type { ErrorCode } from '../../shared/contracts/error-codes.ts';
import { errorCodes } from '../../shared/contracts/error-codes.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import type { Basket, Offer } from '../../shared/engine/types.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Centre, Outcome } from '../centre.ts';
import { overCustomerCap } from '../redemptions/customer-cap.ts';
import { locateCoupon } from '../redemptions/find-coupon.ts';
import { type Circumstances, gatherFacts } from '../redemptions/gather-facts.ts';
import { judge, withoutBasket } from '../redemptions/judge.ts';
import { amountNumber, percentNumber } from './decimal.ts';
import { discountOf } from './terms.ts';

export type ValidationQuestion = {
  readonly code: string;
  readonly basket?: Basket | undefined;
  readonly circumstances: Circumstances;
};

export type Validation = {
  readonly coupon: { readonly id: string; readonly offerId: string; readonly offerVersion: number };
  /** Major units for an amount, percent for a percentage that no basket turned into an amount. */
  readonly discount: number | null;
  readonly discountType: 'PERCENT' | 'FIXED' | 'OTHER';
  /** Absent when only a basket could tell. */
  readonly discountMinor: number | undefined;
  readonly currency: string;
  /** The offer limits uses per customer, and nobody was named: redeeming will demand a name. */
  readonly userLimitUnchecked: boolean;
  /** What the web shop does by itself: a trial, renewals, the other side of a referral. */
  readonly subscription: Pick<Offer, 'trialDays' | 'billingCycles' | 'referral'>;
};

/** Judges a code without any effect. */
export async function validateCode(
  centre: Centre,
  { code, basket, circumstances }: ValidationQuestion,
): Promise<Outcome<Validation>> {
  const { db } = centre;
  const found = await locateCoupon(db, code, circumstances.locationId);
  if (!found.ok) return found;
  const { offer } = found.value;
  const probe = basket === undefined ? withoutBasket(offer.terms) : undefined;
  const judged = { ...found.value, offer: { ...offer, terms: probe?.terms ?? offer.terms } };
  const facts = await gatherFacts(db, centre, [judged], circumstances);
  const asked = basket ?? probe?.basket;
  if (asked === undefined) throw new Error('there is a basket or a probe');
  const judgement = judge(judged, asked, facts, { unknownCustomer: 'pass' });
  if (!judgement.ok) return judgement;
  const userLimitUnchecked =
    offer.terms.limits.perCustomer !== undefined && circumstances.customer === undefined;
  const coupon = { id: found.value.coupon.id, offerId: offer.id, offerVersion: offer.version };
  const simple = discountOf(offer.terms);
  const { trialDays, billingCycles, referral } = offer.terms;
  const common = {
    coupon,
    currency: offer.terms.currency,
    userLimitUnchecked,
    subscription: { trialDays, billingCycles, referral },
  };
  if (basket !== undefined) {
    const { discountMinor } = judgement.value.decision;
    const given = { currency: offer.terms.currency, discountMinor };
    if (await overCustomerCap(centre, db, circumstances.customer, given))
      return err(refusal('customer_limit', { limit: 'max_discount_per_user' }));
    return ok({
      ...common,
      discount: amountNumber(discountMinor, offer.terms.currency),
      discountType: simple.type,
      discountMinor,
    });
  }
  return ok({
    ...common,
    discount:
      simple.type === 'PERCENT'
        ? percentNumber(simple.percentBp)
        : simple.type === 'FIXED'
          ? amountNumber(simple.amountMinor, offer.terms.currency)
          : null,
    discountType: simple.type,
    discountMinor: simple.type === 'FIXED' ? simple.amountMinor : undefined,
  });
}

/** The statuses and texts that callers of the validation rely on; the registry's code tells the exact reason. */
const fixedAnswers: Partial<Record<ErrorCode, { status: number; detail: string }>> = {};
for (const code of ['code_unknown', 'code_malformed', 'code_mistyped', 'code_void', 'archived'] as const)
  fixedAnswers[code] = { status: 404, detail: 'Coupon code not found' };
fixedAnswers.expired = { status: 401, detail: 'Coupon expired' };
for (const code of [
  'exhausted',
  'already_redeemed',
  'no_lease_here',
  'reserved_elsewhere',
  'budget_exhausted',
] as const)
  fixedAnswers[code] = { status: 402, detail: 'Coupon out of uses' };
fixedAnswers.customer_limit = { status: 403, detail: 'User usage limit exceeded' };

export function validationProblem(why: Refusal): { status: number; detail: string } {
  const { message } = why.params;
  return (
    fixedAnswers[why.code] ?? {
      status: errorCodes[why.code].status,
      // Of the merchant's own rule.
      detail: typeof message === 'string' ? message : `Coupon not valid: ${why.code.replaceAll('_', ' ')}`,
    }
  );
}

/** Answers that tell somebody who tries codes that there is none. */
export function isMiss(why: Refusal): boolean {
  return fixedAnswers[why.code]?.status === 404;
}
