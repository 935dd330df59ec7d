import type { Tier, TieredBenefit } from '../offer.ts';
import type { PreparedBenefit } from '../offer-book.ts';
import { NO_AWARD, type Work } from '../work.ts';
import type { BenefitKind } from './benefit.ts';
import { awardAmount } from './fixed.ts';
import { awardPercent } from './percent.ts';
import { shapeOf, stageOf } from './target.ts';

/** More spent or bought, more off: the highest tier that the undiscounted goods reach pays. */
export const tiered: BenefitKind<TieredBenefit> = {
  stage: (benefit) => stageOf(benefit.target),
  shape: (benefit) =>
    shapeOf(
      benefit.target,
      benefit.maxDiscountMinor !== undefined || benefit.tiers.some((t) => 'amountMinor' in t),
    ),
  award: (benefit, prepared, work, options) => {
    const tier = reachedTier(benefit, prepared, work);
    if (tier === undefined) return NO_AWARD;
    if ('percentBp' in tier) return awardPercent(benefit, tier.percentBp, prepared, work, options);
    return awardAmount(benefit, tier.amountMinor, prepared, work, options);
  },
};

/** Measured on what the target selects, before any discount. */
export function reachedTier(benefit: TieredBenefit, prepared: PreparedBenefit, work: Work): Tier | undefined {
  const measured = measuredFor(benefit, prepared, work);
  let reached: Tier | undefined;
  for (const tier of benefit.tiers) {
    if (tier.from > measured) break;
    reached = tier;
  }
  return reached;
}

export function measuredFor(benefit: TieredBenefit, prepared: PreparedBenefit, work: Work): number {
  let measured = 0;
  for (const line of work.cart.select(prepared.target)) {
    measured += benefit.measure === 'spend' ? line.subtotalMinor : line.qty;
  }
  return measured;
}
