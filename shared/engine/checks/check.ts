import type { ConditionContext, Verdict } from '../conditions/condition.ts';
import type { PreparedOffer } from '../offer-book.ts';
import type { EngineOptions } from '../options.ts';
import type { CampaignFacts, OfferUses, PresentedCoupon } from '../types.ts';

/** What a check of the offer itself may look at, beside its own conditions. */
export type CheckContext = ConditionContext & {
  readonly prepared: PreparedOffer;
  readonly coupon: PresentedCoupon | undefined;
  readonly uses: OfferUses;
  readonly campaign: CampaignFacts | undefined;
  readonly options: EngineOptions;
};

/** `undefined`: the offer says nothing about it. */
export type Check = (context: CheckContext) => Verdict | undefined;
