import type { FixedBenefit, Target } from '../offer.ts';
import type { PreparedBenefit } from '../offer-book.ts';
import type { EngineOptions } from '../options.ts';
import { type Award, type Work, wholeLine } from '../work.ts';
import type { BenefitKind } from './benefit.ts';
import { spansOf, takeAcross, takeAcrossShipping, takeEach } from './take.ts';
import { shapeOf, stageOf } from './target.ts';

/** An amount off: once over the target, or off each line or each unit. */
export const fixed: BenefitKind<FixedBenefit> = {
  stage: (benefit) => stageOf(benefit.target),
  shape: (benefit) =>
    shapeOf(benefit.target, benefit.per === 'total' || benefit.maxDiscountMinor !== undefined),
  award: (benefit, prepared, work, options) => {
    if (benefit.per === 'total') {
      return awardAmount(benefit, benefit.amountMinor, prepared, work, options);
    }
    const { target, amountMinor, maxDiscountMinor } = benefit;
    if (target.scope === 'shipping') {
      return takeAcrossShipping(target.methods, amountMinor, maxDiscountMinor, work);
    }
    const units = target.scope === 'items' ? target.units : undefined;
    const spans = spansOf(work.cart.select(prepared.target), units, work);
    const wanted =
      benefit.per === 'line'
        ? () => amountMinor
        : (span: (typeof spans)[number]) => perUnit(span, amountMinor, work);
    return takeEach(spans, wanted, maxDiscountMinor, units !== undefined, work, options);
  },
};

/** Each unit gives at most what it has: 5 off a unit of 3 takes 3, not 5 from its neighbours. */
function perUnit(span: Parameters<Work['runsLeft']>[0], amountMinor: number, work: Work): number {
  let sum = 0;
  for (const run of work.runsLeft(span)) {
    sum += run.units * Math.min(amountMinor, Math.max(0, run.amountMinor - span.line.floorMinor));
  }
  return sum;
}

type AmountTerms = { readonly target: Target; readonly maxDiscountMinor?: number | undefined };

export function awardAmount(
  terms: AmountTerms,
  amountMinor: number,
  prepared: PreparedBenefit,
  work: Work,
  options: EngineOptions,
): Award {
  const { target, maxDiscountMinor } = terms;
  if (target.scope === 'shipping') {
    return takeAcrossShipping(target.methods, amountMinor, maxDiscountMinor, work);
  }
  const lines = work.cart.select(prepared.target);
  const units = target.scope === 'items' ? target.units : undefined;
  const spans = units === undefined ? lines.map(wholeLine) : spansOf(lines, units, work);
  return takeAcross(spans, amountMinor, maxDiscountMinor, units !== undefined, work, options);
}
