import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { evaluate } from '../../shared/engine/evaluate.ts';
import type { EngineRefusal, Facts, Offer } from '../../shared/engine/types.ts';
import { dayOf } from '../i18n/format.ts';

export type SampleLine = {
  readonly key: 'coffee' | 'mug' | 'machine';
  readonly unitPriceMinor: number;
  readonly qty: number;
};

export type Sample = {
  readonly subtotalMinor: number;
  readonly discountMinor: number;
  readonly payableMinor: number;
  readonly lineDiscounts: readonly number[];
  readonly refusal: EngineRefusal | undefined;
};

/** A small, a middling and a large article, in round amounts of the currency. */
export function sampleLines(digits: number): readonly SampleLine[] {
  const unit = 10 ** digits;
  const scale = digits === 0 ? 100 : 1;
  return [
    { key: 'coffee', unitPriceMinor: Math.round(6.5 * unit * scale), qty: 2 },
    { key: 'mug', unitPriceMinor: 12 * unit * scale, qty: 1 },
    { key: 'machine', unitPriceMinor: 89 * unit * scale, qty: 0 },
  ];
}

const PREVIEW_ID = '00000000-0000-7000-8000-000000000001';

/** What the offer would do to the basket on its first valid day: by the engine that judges at the counter. */
export function judgeSample(
  draft: OfferDraft,
  lines: readonly SampleLine[],
  channel: string,
  now: number,
): Sample {
  const basketLines = lines
    .filter((line) => line.qty > 0)
    .map((line) => ({ id: line.key, sku: line.key, qty: line.qty, unitPriceMinor: line.unitPriceMinor }));
  const offer: Offer = { ...draft, id: PREVIEW_ID, version: 1, status: 'active' };
  const { decisions, totals } = evaluate({
    basket: { currency: draft.currency, taxMode: 'inclusive', lines: basketLines },
    offers: [offer],
    coupons: [{ couponId: PREVIEW_ID, code: 'SAMPLE', offerId: PREVIEW_ID }],
    facts: sampleFacts(draft, channel, now),
  });
  const decision = decisions[0];
  return {
    subtotalMinor: totals.subtotalMinor,
    discountMinor: totals.discountMinor,
    payableMinor: totals.payableMinor,
    lineDiscounts: lines.map(
      (line) => totals.lines.find((one) => one.lineId === line.key)?.discountMinor ?? 0,
    ),
    refusal: decision?.outcome === 'refused' ? decision.refusal : undefined,
  };
}

/** A customer is known, and the day is the first on which the offer holds: the sample shows the rule, not the date. */
function sampleFacts(draft: OfferDraft, channel: string, now: number): Facts {
  const { days } = draft.validity;
  const today = days === undefined ? '' : dayOf(now, days.zone);
  const date = [today, days?.first ?? ''].sort().at(-1) ?? today;
  const last = days?.last;
  return {
    now,
    channel,
    customer: { id: 'sample', purchases: 0 },
    wallTimes:
      days === undefined
        ? {}
        : {
            [days.zone]: {
              date: last !== undefined && date > last ? last : date,
              weekday: 1,
              minuteOfDay: 720,
            },
          },
  };
}
