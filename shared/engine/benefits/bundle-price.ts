import type { CartLine } from '../cart.ts';
import type { BundlePriceBenefit } from '../offer.ts';
import { NO_AWARD, type Span, spanFromEnd, type Work } from '../work.ts';
import type { BenefitKind } from './benefit.ts';
import { inPickOrder, takeAcross } from './take.ts';

/** So many matching units together for one price: "3 for 10". Only complete bundles, and as many as lower the sum. */
export const bundlePrice: BenefitKind<BundlePriceBenefit> = {
  stage: () => 'items',
  shape: () => 'pick',
  award: (benefit, prepared, work, options) => {
    const lines = inPickOrder(work.cart.select(prepared.target), benefit.pick);
    const best = bestBundles(benefit, lines, work);
    if (best.gainMinor <= 0) return NO_AWARD;
    const spans: Span[] = [];
    let wanted = best.bundles * benefit.qty;
    for (const line of lines) {
      const units = Math.min(wanted, work.freeUnits(line));
      if (units === 0) continue;
      spans.push(spanFromEnd(work, line, units));
      wanted -= units;
    }
    return takeAcross(spans, best.gainMinor, undefined, true, work, options);
  },
};

/** Walks the units in pick order, a run at a time, and keeps the number of bundles that saves most. */
function bestBundles(benefit: BundlePriceBenefit, lines: readonly CartLine[], work: Work) {
  const limit = benefit.maxTimes ?? Number.MAX_SAFE_INTEGER;
  let best = { bundles: 0, gainMinor: 0 };
  let bundles = 0;
  let gainMinor = 0;
  let partUnits = 0;
  let partMinor = 0;
  const complete = (times: number, worthMinor: number) => {
    const allowed = Math.min(times, limit - bundles);
    bundles += allowed;
    gainMinor += allowed * (worthMinor - benefit.priceMinor);
    if (gainMinor > best.gainMinor) best = { bundles, gainMinor };
  };
  for (const line of lines) {
    const free = work.freeUnits(line);
    if (free === 0) continue;
    const runs = [...work.runsLeft(spanFromEnd(work, line, free))].reverse();
    for (const run of runs) {
      let units = run.units;
      if (partUnits > 0) {
        const fill = Math.min(units, benefit.qty - partUnits);
        partUnits += fill;
        partMinor += fill * run.amountMinor;
        units -= fill;
        if (partUnits < benefit.qty) continue;
        complete(1, partMinor);
      }
      const times = Math.floor(units / benefit.qty);
      if (times > 0) complete(times, benefit.qty * run.amountMinor);
      partUnits = units - times * benefit.qty;
      partMinor = partUnits * run.amountMinor;
    }
  }
  return best;
}
