import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { evaluate } from '../../shared/engine/evaluate.ts';
import type {
  AcceptedDecision,
  Basket,
  Decision,
  EngineOptions,
  Facts,
  Offer,
  PresentedCoupon,
  Totals,
} from '../../shared/engine/types.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { unspentUses } from '../../shared/redemption/code-uses.ts';
import type { Outcome } from '../centre.ts';
import type { Shares } from '../store/schema.ts';
import type { FoundCoupon } from './find-coupon.ts';
import { explainUse } from './use-state.ts';

export type Judgement = { readonly decision: AcceptedDecision; readonly totals: Totals };

/** Judges one coupon on a basket, by the same engine as every till. */
export function judge(
  found: FoundCoupon,
  basket: Basket,
  facts: Facts,
  options?: Partial<EngineOptions>,
): Outcome<Judgement> {
  const evaluation = evaluate({
    basket,
    offers: [found.offer.terms],
    coupons: [presented(found)],
    facts,
    options,
  });
  const decision = evaluation.decisions[0];
  assert(decision !== undefined, 'the engine decides every presented coupon');
  if (decision.outcome === 'refused') return err(explain(found, decision));
  return ok({ decision, totals: evaluation.totals });
}

export function presented({ coupon, offer }: FoundCoupon): PresentedCoupon {
  return {
    couponId: coupon.id,
    code: coupon.code,
    offerId: offer.id,
    issuedAt: coupon.issuedAt,
    maxUses: coupon.maxUses ?? undefined,
    uses: coupon.used + coupon.reserved,
  };
}

export function explain(found: FoundCoupon, decision: Extract<Decision, { outcome: 'refused' }>): Refusal {
  const { code, params, nextStep } = decision.refusal;
  if (code === 'exhausted') {
    return explainUse(found, unspentUses(found.coupon) === 0 ? 'already_redeemed' : 'exhausted');
  }
  return refusal(code, { ...params, nextStep });
}

/** Worth one unit of account: enough for any percentage to be above zero. */
const PROBE_AMOUNT_MINOR = 10_000;

/** Conditions that look at the basket: a question without one cannot be judged by them. */
const basketConditions: ReadonlySet<string> = new Set([
  'min_spend',
  'max_spend',
  'min_quantity',
  'has_items',
]);

/**
 * The same offer without what depends on the basket, and a basket on which it always gives something: judges validity,
 * limits, channel and customer when the caller named no basket.
 */
export function withoutBasket(terms: Offer): { readonly terms: Offer; readonly basket: Basket } {
  return {
    terms: {
      ...terms,
      benefits: [{ type: 'percent', percentBp: 10_000, target: { scope: 'order' }, base: 'original' }],
      conditions: terms.conditions.filter((condition) => !basketConditions.has(condition.type)),
      skipReducedLines: undefined,
      // The probe gives the whole basket away; money budgets are judged by what they still hold.
      limits: { ...terms.limits, budgetPartial: terms.limits.budgetMinor === undefined ? undefined : true },
    },
    basket: {
      currency: terms.currency,
      taxMode: 'inclusive',
      lines: [{ id: 'probe', sku: 'probe', qty: 1, unitPriceMinor: PROBE_AMOUNT_MINOR }],
    },
  };
}

/** What each unit and delivery was given; those without a discount are left out. */
export function sharesOf(decision: AcceptedDecision, basket: Basket): Shares {
  const skus = new Map(basket.lines.map((line) => [line.id, line.sku]));
  return {
    lines: decision.lines
      .filter((line) => line.amountMinor > 0)
      .map((line) => ({ id: line.lineId, sku: skus.get(line.lineId) ?? '', units: line.units })),
    shipping: decision.shipping
      .filter((one) => one.amountMinor > 0)
      .map((one) => ({ id: one.shippingId, amountMinor: one.amountMinor })),
  };
}
