import type { FixedPriceBenefit } from '../offer.ts';
import { wholeLine } from '../work.ts';
import type { BenefitKind } from './benefit.ts';
import { spansOf, takeAcross, takeEach, takeShipping } from './take.ts';
import { shapeOf, stageOf } from './target.ts';

/** Each matching unit, the whole order, or shipping costs this much. Dearer than now: nothing happens. */
export const fixedPrice: BenefitKind<FixedPriceBenefit> = {
  stage: (benefit) => stageOf(benefit.target),
  shape: (benefit) => shapeOf(benefit.target, benefit.maxDiscountMinor !== undefined),
  award: (benefit, prepared, work, options) => {
    const { target, priceMinor, maxDiscountMinor } = benefit;
    if (target.scope === 'shipping') {
      return takeShipping(target.methods, (left) => left - priceMinor, maxDiscountMinor, work);
    }
    const lines = work.cart.select(prepared.target);
    if (target.scope === 'order') {
      const wanted = Math.max(0, work.linesLeft(lines) - priceMinor);
      return takeAcross(lines.map(wholeLine), wanted, maxDiscountMinor, false, work, options);
    }
    const spans = spansOf(lines, target.units, work);
    const wanted = (span: (typeof spans)[number]) => {
      let sum = 0;
      const floor = Math.max(priceMinor, span.line.floorMinor);
      for (const run of work.runsLeft(span)) sum += run.units * Math.max(0, run.amountMinor - floor);
      return sum;
    };
    return takeEach(spans, wanted, maxDiscountMinor, target.units !== undefined, work, options);
  },
};
