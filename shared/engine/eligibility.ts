import type { Cart } from './cart.ts';
import type { CheckContext } from './checks/check.ts';
import { budgetLeft } from './checks/limits.ts';
import { checksAfter, checksBefore } from './checks/registry.ts';
import { fails, holds, type Verdict } from './conditions/condition.ts';
import { judge } from './conditions/registry.ts';
import type { PreparedOffer } from './offer-book.ts';
import type { EngineOptions } from './options.ts';
import type { EngineRefusal, Facts, OfferUses, PresentedCoupon, TraceStep } from './types.ts';
import type { Work } from './work.ts';

/** An offer that may apply: what is left is to see which of them go together. */
export type Candidate = {
  readonly prepared: PreparedOffer;
  readonly coupon: PresentedCoupon | undefined;
  /** Position among presented coupons and automatic offers as given. */
  readonly given: number;
  readonly trace: TraceStep[];
  /** What the offer's own budget still holds, and its campaign's. */
  readonly budgetLeftMinor: number;
  readonly campaignLeftMinor: number;
};

export type Judged =
  | { readonly candidate: Candidate; readonly refusal?: undefined }
  | { readonly candidate: Candidate; readonly refusal: EngineRefusal };

const NO_USES: OfferUses = {};

/** Judges everything that does not depend on other offers. The first condition that fails decides. */
export function judgeAlone(
  prepared: PreparedOffer,
  coupon: PresentedCoupon | undefined,
  given: number,
  cart: Cart,
  fullPrices: Work,
  facts: Facts,
  options: EngineOptions,
): Judged {
  const { offer } = prepared;
  const uses = facts.uses?.[offer.id] ?? NO_USES;
  const campaign = offer.campaignId === undefined ? undefined : facts.campaigns?.[offer.campaignId];
  const trace: TraceStep[] = [];
  const candidate: Candidate = {
    prepared,
    coupon,
    given,
    trace,
    budgetLeftMinor: budgetLeft(offer.limits.budgetMinor, uses.spentMinor),
    campaignLeftMinor: budgetLeft(campaign?.budgetMinor, campaign?.spentMinor),
  };
  const context: CheckContext = { cart, facts, work: fullPrices, prepared, coupon, uses, campaign, options };
  for (const check of checksBefore) {
    const refusal = note(check(context), trace);
    if (refusal !== undefined) return { candidate, refusal };
  }
  for (const condition of prepared.conditions) {
    if (isLate(condition.condition)) continue;
    const refusal = note(judge(condition, context), trace);
    if (refusal !== undefined) return { candidate, refusal };
  }
  for (const check of checksAfter) {
    const refusal = note(check(context), trace);
    if (refusal !== undefined) return { candidate, refusal };
  }
  const refusal = note(findsTarget(prepared, cart), trace);
  return refusal === undefined ? { candidate } : { candidate, refusal };
}

/** Judged when it is the offer's turn, on what the offers before it left. */
export function judgeLate(candidate: Candidate, cart: Cart, facts: Facts, work: Work): Verdict | undefined {
  for (const prepared of candidate.prepared.conditions) {
    if (!isLate(prepared.condition)) continue;
    const verdict = judge(prepared, { cart, facts, work });
    if (verdict.refusal !== undefined) return verdict;
  }
  return undefined;
}

function isLate(condition: PreparedOffer['conditions'][number]['condition']): boolean {
  return condition.type === 'min_spend' && condition.measure === 'after_discounts';
}

export function note(verdict: Verdict | undefined, trace: TraceStep[]): EngineRefusal | undefined {
  if (verdict === undefined) return undefined;
  trace.push({ check: verdict.check, ok: verdict.refusal === undefined, facts: verdict.facts });
  return verdict.refusal;
}

/** Some benefit must find something in the basket to be taken off. */
function findsTarget(prepared: PreparedOffer, cart: Cart): Verdict {
  let lines = 0;
  for (const { benefit, target } of prepared.benefits) {
    const onShipping =
      benefit.type === 'free_shipping' || ('target' in benefit && benefit.target.scope === 'shipping');
    if (onShipping) lines += (cart.basket.shipping ?? []).length;
    else lines += cart.select(target).length;
  }
  const facts = { matchingLines: lines };
  return lines > 0 ? holds('target', facts) : fails('target', 'no_matching_items', 'add_items', facts);
}
