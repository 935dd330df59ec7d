import { evaluate } from '../../../shared/engine/evaluate.ts';
import type { Kind } from '../case-file.ts';
import { compareEvaluation } from '../compare-evaluation.ts';
import { translateDiscount } from '../translate-discount.ts';

/** A whole basket with its promotions, through the engine as a till would ask it. */
export const discount: Kind = (vector, profile) => {
  const translated = translateDiscount(vector, profile);
  return compareEvaluation(vector.expect, evaluate(translated.input), translated);
};
