import { apply, turnsOf } from './apply.ts';
import { prepareCart } from './cart.ts';
import { judge } from './conditions/registry.ts';
import type { Candidate } from './eligibility.ts';
import type { Condition, Offer } from './offer.ts';
import { prepareOffers } from './offer-book.ts';
import { defaultOptions } from './options.ts';
import { type Kept, type Sale, shareOfFirst } from './sale.ts';
import type { AcceptedDecision, Basket, Facts } from './types.ts';
import { Work, wholeLine } from './work.ts';

/** Conditions on the goods; who bought, when and where does not change when goods come back. */
const ON_GOODS: ReadonlySet<Condition['type']> = new Set(['min_spend', 'min_quantity', 'has_items']);

/** No condition on goods asks for facts. */
const NO_FACTS: Facts = { now: 0, wallTimes: {}, channel: '' };

/**
 * What the offer would give for the goods that stay, beside the shares that the sale's other offers have on them. A
 * broken minimum gives nothing, a lower tier gives its own discount, a broken set of "buy two, get one" gives none.
 */
export function stillGranted(sale: Sale, decision: AcceptedDecision, offer: Offer, kept: Kept): number {
  const lines = sale.basket.lines
    .map((line) => ({ ...line, qty: kept.units(line) }))
    .filter((line) => line.qty > 0);
  const basket: Basket = { ...sale.basket, lines };
  const cart = prepareCart(basket);
  const work = new Work(cart);
  for (const other of sale.decisions) {
    if (other === decision) continue;
    for (const line of cart.lines) {
      const amountMinor = shareOfFirst(other, line.line.id, line.qty);
      if (amountMinor > 0) work.commit({ span: wholeLine(line), amountMinor }, false);
    }
  }
  const prepared = prepareOffers([offer]).byId.get(offer.id);
  if (prepared === undefined) return 0;
  for (const condition of prepared.conditions) {
    if (!ON_GOODS.has(condition.condition.type)) continue;
    if (judge(condition, { cart, facts: NO_FACTS, work }).refusal !== undefined) return 0;
  }
  const candidate: Candidate = {
    prepared: { ...prepared, judgedLate: false },
    coupon: undefined,
    given: 0,
    trace: [],
    budgetLeftMinor: Number.MAX_SAFE_INTEGER,
    campaignLeftMinor: Number.MAX_SAFE_INTEGER,
  };
  const options = { ...defaultOptions, ...sale.options };
  const applied = apply(turnsOf([candidate], options), {
    cart,
    fullPrices: work,
    from: undefined,
    facts: NO_FACTS,
    options,
  });
  let granted = 0;
  for (const { amountMinor } of applied.taken[0]?.lines.values() ?? []) granted += amountMinor;
  return granted;
}
