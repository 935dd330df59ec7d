import type { BasketLine } from './basket.ts';
import type { Offer } from './offer.ts';
import type { EngineOptions } from './options.ts';
import type { AcceptedDecision, Basket, Totals } from './types.ts';
import { slice, sumOf } from './unit-runs.ts';

/** What was recorded when the sale was made. */
export type Sale = {
  readonly basket: Basket;
  readonly decisions: readonly AcceptedDecision[];
  /** What was paid, and the amount with its tax before anything that was taken after tax. */
  readonly totals: Pick<Totals, 'payableMinor' | 'grossMinor'>;
  /** The versions of the offers that judged the sale. */
  readonly offers: readonly Offer[];
  readonly options?: Partial<EngineOptions> | undefined;
};

/** What the customer keeps: the first units of each line, and the delivery not refunded. */
export type Kept = {
  readonly units: (line: BasketLine) => number;
  readonly shipping: (id: string) => boolean;
};

/** The recorded share of a decision on the first `count` units of a line. */
export function shareOfFirst(decision: AcceptedDecision, lineId: string, count: number): number {
  const discount = decision.lines.find((entry) => entry.lineId === lineId);
  return discount === undefined || count === 0 ? 0 : sumOf(slice(discount.units, 0, count));
}
