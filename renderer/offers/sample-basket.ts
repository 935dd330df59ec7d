import type { OfferDraft } from '../../shared/contracts/offer.ts';
import type { BasketLine } from '../../shared/engine/basket.ts';
import { evaluate } from '../../shared/engine/evaluate.ts';
import type { EngineRefusal, Facts, Offer, WallTime } from '../../shared/engine/types.ts';
import { dayOf } from '../i18n/format.ts';

export type SampleLine = {
  readonly key: 'coffee' | 'mug' | 'machine';
  readonly unitPriceMinor: number;
  readonly qty: number;
};

export type Sample = {
  readonly subtotalMinor: number;
  readonly shippingMinor: number;
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
/** Shipping costs about as much as the smallest article. */
const SHIPPING_SHARE = 0.75;

/** These articles stand for the ones that an offer names; the others are ordinary goods. */
export const standIns: ReadonlySet<SampleLine['key']> = new Set(['coffee', 'mug']);

/** What the offer would do to the basket on its first valid day: by the engine that judges at the counter. */
export function judgeSample(
  draft: OfferDraft,
  lines: readonly SampleLine[],
  channel: string,
  now: number,
): Sample {
  const named = namedItems(draft);
  const basketLines: BasketLine[] = lines
    .filter((line) => line.qty > 0)
    .map(({ key, qty, unitPriceMinor }) => ({
      id: key,
      sku: standIns.has(key) ? (named.skus[0] ?? key) : key,
      qty,
      unitPriceMinor,
      ...(standIns.has(key) ? { categories: named.categories, tags: named.tags, brand: named.brand } : {}),
    }));
  const shippingMinor = needsShipping(draft)
    ? Math.round((lines[0]?.unitPriceMinor ?? 0) * SHIPPING_SHARE)
    : 0;
  const offer: Offer = { ...draft, id: PREVIEW_ID, version: 1, status: 'active' };
  const { decisions, totals } = evaluate({
    basket: {
      currency: draft.currency,
      taxMode: 'inclusive',
      lines: basketLines,
      ...(shippingMinor === 0 ? {} : { shipping: [{ id: 'shipping', amountMinor: shippingMinor }] }),
    },
    offers: [offer],
    coupons: [{ couponId: PREVIEW_ID, code: 'SAMPLE', offerId: PREVIEW_ID, issuedAt: now }],
    facts: sampleFacts(draft, channel, now),
  });
  const decision = decisions[0];
  return {
    subtotalMinor: totals.subtotalMinor,
    shippingMinor,
    discountMinor: totals.discountMinor + totals.shippingDiscountMinor,
    payableMinor: totals.payableMinor,
    lineDiscounts: lines.map(
      (line) => totals.lines.find((one) => one.lineId === line.key)?.discountMinor ?? 0,
    ),
    refusal: decision?.outcome === 'refused' ? decision.refusal : undefined,
  };
}

type Named = {
  readonly skus: readonly string[];
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly brand: string | undefined;
};

/** Everything that the offer asks of items: a stand-in has it all, so that the rule is seen at work. */
export function namedItems(draft: OfferDraft): Named {
  const matches = [
    ...draft.benefits.flatMap((benefit) => {
      if (benefit.type === 'buy_get') return [benefit.buy.select, benefit.get.select];
      if (benefit.type === 'bundle_price') return [benefit.select];
      if (benefit.type === 'free_shipping' || benefit.target.scope === 'shipping') return [];
      return [benefit.target.select];
    }),
    ...draft.conditions.map((condition) => ('select' in condition ? condition.select : undefined)),
  ].map((select) => select?.include);
  return {
    skus: matches.flatMap((match) => match?.skus ?? []),
    categories: matches.flatMap((match) => match?.categories ?? []),
    tags: matches.flatMap((match) => match?.tags ?? []),
    brand: matches.flatMap((match) => match?.brands ?? [])[0],
  };
}

function needsShipping({ benefits }: OfferDraft): boolean {
  return benefits.some(
    (benefit) =>
      benefit.type === 'free_shipping' || ('target' in benefit && benefit.target.scope === 'shipping'),
  );
}

/** A customer is known, and the day is the first on which the offer holds: the sample shows the rule, not the date. */
function sampleFacts(draft: OfferDraft, channel: string, now: number): Facts {
  const { days } = draft.validity;
  const domains = draft.conditions.flatMap((one) => (one.type === 'email_domains' ? one.domains : []));
  const segments = draft.conditions.flatMap((one) => (one.type === 'segments' ? one.segments : []));
  const hours = draft.conditions.find((one) => one.type === 'hours');
  const window = hours?.windows[0];
  const wallTimes: Record<string, WallTime> = {};
  for (const zone of [days?.zone, hours?.zone]) {
    if (zone === undefined) continue;
    const date = [dayOf(now, zone), days?.first ?? ''].sort().at(-1) ?? '';
    const last = days?.last;
    wallTimes[zone] = {
      date: last !== undefined && date > last ? last : date,
      weekday: window?.weekdays[0] ?? 1,
      minuteOfDay: window?.fromMinute ?? NOON,
    };
  }
  return {
    now,
    channel,
    customer: { id: 'sample', purchases: 0, emailDomain: domains[0], segments },
    wallTimes,
  };
}

const NOON = 720;
