import type { BuyGetBenefit } from '../offer.ts';
import type { PreparedBenefit } from '../offer-book.ts';
import { NO_AWARD, type Span, spanFromEnd, type Work } from '../work.ts';
import type { BenefitKind } from './benefit.ts';
import { inPickOrder, percentOf, takeEach } from './take.ts';

/**
 * Buy X, get Y free or cheaper. A unit serves once: as bought or as rewarded. The number of sets is the largest for
 * which both kinds can be told apart (Hall's condition); within it the rewarded units follow the offer's pick.
 */
export const buyGet: BenefitKind<BuyGetBenefit> = {
  stage: () => 'items',
  shape: () => 'pick',
  award: (benefit, prepared, work, options) => {
    const spans = rewardedSpans(benefit, prepared, work);
    if (spans.length === 0) return NO_AWARD;
    const wanted = (span: Span) => percentOf(span, benefit.percentBp, 'sequential', work, options);
    return takeEach(spans, wanted, benefit.maxDiscountMinor, true, work, options);
  },
};

/** How many complete sets the basket holds. */
export function setsIn(benefit: BuyGetBenefit, prepared: PreparedBenefit, work: Work): number {
  const { buyable, gettable, both } = pools(prepared, work);
  const union = buyable + gettable - both;
  return Math.min(
    Math.floor(buyable / benefit.buy.qty),
    Math.floor(gettable / benefit.get.qty),
    Math.floor(union / (benefit.buy.qty + benefit.get.qty)),
    benefit.maxTimes ?? Number.MAX_SAFE_INTEGER,
  );
}

function pools(prepared: PreparedBenefit, work: Work) {
  const buyLines = work.cart.select(prepared.buy ?? prepared.target);
  const getLines = work.cart.select(prepared.target);
  const inBuy = new Set(buyLines);
  let buyable = 0;
  let gettable = 0;
  let both = 0;
  for (const line of buyLines) buyable += work.freeUnits(line);
  for (const line of getLines) {
    const units = work.freeUnits(line);
    gettable += units;
    if (inBuy.has(line)) both += units;
  }
  return { getLines, inBuy, buyable, gettable, both };
}

function rewardedSpans(benefit: BuyGetBenefit, prepared: PreparedBenefit, work: Work): Span[] {
  const { getLines, inBuy, buyable } = pools(prepared, work);
  const sets = setsIn(benefit, prepared, work);
  let wanted = sets * benefit.get.qty;
  // Units that could also be bought may be given away only as long as enough remain to buy.
  let spare = buyable - sets * benefit.buy.qty;
  const spans: Span[] = [];
  for (const line of inPickOrder(getLines, benefit.get.pick)) {
    if (wanted === 0) break;
    const units = Math.min(wanted, work.freeUnits(line), inBuy.has(line) ? spare : wanted);
    if (units === 0) continue;
    spans.push(spanFromEnd(work, line, units));
    wanted -= units;
    if (inBuy.has(line)) spare -= units;
  }
  return spans;
}
