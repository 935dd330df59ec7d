import { mulDiv } from '../../kernel/rounding.ts';
import type { Base, PercentBenefit, Target } from '../offer.ts';
import type { PreparedBenefit } from '../offer-book.ts';
import type { EngineOptions } from '../options.ts';
import type { Award, Work } from '../work.ts';
import { wholeLine } from '../work.ts';
import type { BenefitKind } from './benefit.ts';
import { FULL_BP, percentOf, spansOf, takeAcross, takeEach, takeShipping } from './take.ts';
import { shapeOf, stageOf } from './target.ts';

/** A share of the price: of each line, of some units, of the whole order, or of shipping. */
export const percent: BenefitKind<PercentBenefit> = {
  stage: (benefit) => stageOf(benefit.target),
  shape: (benefit) => shapeOf(benefit.target, benefit.maxDiscountMinor !== undefined),
  award: (benefit, prepared, work, options) =>
    awardPercent(benefit, benefit.percentBp, prepared, work, options),
};

type PercentTerms = {
  readonly target: Target;
  readonly base: Base;
  readonly maxDiscountMinor?: number | undefined;
};

export function awardPercent(
  terms: PercentTerms,
  percentBp: number,
  prepared: PreparedBenefit,
  work: Work,
  options: EngineOptions,
): Award {
  const { target, base, maxDiscountMinor } = terms;
  if (target.scope === 'shipping') {
    const wanted = (left: number, full: number) =>
      mulDiv(base === 'original' ? full : left, percentBp, FULL_BP, options.rounding);
    return takeShipping(target.methods, wanted, maxDiscountMinor, work);
  }
  const lines = work.cart.select(prepared.target);
  if (target.scope === 'items') {
    const spans = spansOf(lines, target.units, work);
    if (options.roundAt === 'total') {
      let from = 0;
      for (const span of spans)
        from += base === 'original' ? span.line.unitPriceMinor * span.count : work.spanLeft(span);
      const wanted = mulDiv(from, percentBp, FULL_BP, options.rounding);
      return takeAcross(spans, wanted, maxDiscountMinor, target.units !== undefined, work, options);
    }
    const wanted = (span: (typeof spans)[number]) => percentOf(span, percentBp, base, work, options);
    return takeEach(spans, wanted, maxDiscountMinor, target.units !== undefined, work, options);
  }
  const spans = lines.map(wholeLine);
  let from = 0;
  for (const line of lines) from += base === 'original' ? line.subtotalMinor : work.lineLeft(line);
  const wanted = mulDiv(from, percentBp, FULL_BP, options.rounding);
  return takeAcross(spans, wanted, maxDiscountMinor, false, work, options);
}
