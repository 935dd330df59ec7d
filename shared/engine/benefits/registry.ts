import type { Benefit } from '../offer.ts';
import type { PreparedBenefit } from '../offer-book.ts';
import type { EngineOptions } from '../options.ts';
import type { Award, Work } from '../work.ts';
import type { BenefitKind, Shape, Stage } from './benefit.ts';
import { bundlePrice } from './bundle-price.ts';
import { buyGet } from './buy-get.ts';
import { fixed } from './fixed.ts';
import { fixedPrice } from './fixed-price.ts';
import { freeShipping } from './free-shipping.ts';
import { percent } from './percent.ts';
import { tiered } from './tiered.ts';

type Kinds = { readonly [Type in Benefit['type']]: BenefitKind<Extract<Benefit, { type: Type }>> };

const kinds: Kinds = {
  percent,
  fixed,
  fixed_price: fixedPrice,
  bundle_price: bundlePrice,
  free_shipping: freeShipping,
  buy_get: buyGet,
  tiered,
};

// The compiler cannot follow that `kinds[benefit.type]` takes just this benefit; `Kinds` proves it entry by entry.
const kindOf = (benefit: Benefit) => kinds[benefit.type] as BenefitKind<Benefit>;

export const stageOfBenefit = (benefit: Benefit): Stage => kindOf(benefit).stage(benefit);
export const shapeOfBenefit = (benefit: Benefit): Shape => kindOf(benefit).shape(benefit);

export function awardOf(prepared: PreparedBenefit, work: Work, options: EngineOptions): Award {
  return kindOf(prepared.benefit).award(prepared.benefit, prepared, work, options);
}
