import { ok } from '../../shared/kernel/result.ts';
import type { Centre, Outcome } from '../centre.ts';
import { type Validation, type ValidationQuestion, validateCode } from '../coupons/validate.ts';
import type { Circumstances } from '../redemptions/gather-facts.ts';
import type { HookQuestion } from './validation-hook.ts';

/** The integrator's rule about a code that was judged good. Never inside a transaction: the hook may take its time. */
export async function askAboutValid(
  centre: Centre,
  question: ValidationQuestion,
  { coupon, currency, discountMinor }: Validation,
): Promise<Outcome<void>> {
  if (centre.hook === undefined) return ok(undefined);
  return centre.hook({
    action: 'validate',
    coupons: [toHookCoupon(coupon, discountMinor)],
    currency,
    basket_id: null,
    basket: question.basket ?? null,
    ...whereAndWho(question.circumstances),
  });
}

/** The same before a use is taken. What is no good anyway is refused without asking. */
export async function askBeforeUse(
  centre: Centre,
  action: 'reserve' | 'redeem',
  use: Required<ValidationQuestion> & { readonly basketId: string },
): Promise<Outcome<void>> {
  if (centre.hook === undefined) return ok(undefined);
  const judged = await validateCode(centre, use);
  if (!judged.ok) return judged;
  const { coupon, currency, discountMinor } = judged.value;
  return centre.hook({
    action,
    coupons: [toHookCoupon(coupon, discountMinor)],
    currency,
    basket_id: use.basketId,
    basket: use.basket ?? null,
    ...whereAndWho(use.circumstances),
  });
}

function toHookCoupon(
  coupon: Validation['coupon'],
  discountMinor: number | undefined,
): HookQuestion['coupons'][number] {
  return {
    coupon_id: coupon.id,
    offer_id: coupon.offerId,
    offer_version: coupon.offerVersion,
    ...(discountMinor === undefined ? {} : { discount_minor: discountMinor }),
  };
}

export function whereAndWho({ channel, locationId, customer, attributes }: Circumstances) {
  return {
    channel,
    location_id: locationId ?? null,
    customer: customer?.pseudonym ?? null,
    attributes: attributes ?? {},
  };
}
