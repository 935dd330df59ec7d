import type { Basket } from '../../../shared/engine/basket.ts';
import { evaluate } from '../../../shared/engine/evaluate.ts';
import type { Condition, Limits, Offer, Validity } from '../../../shared/engine/offer.ts';
import { assert } from '../../../shared/kernel/assert.ts';
import { grantRights, NO_RIGHTS, type Rights } from '../../../shared/redemption/rights.ts';
import {
  applyUse,
  type Claim,
  decideUse,
  type UseCommand,
  type UseState,
} from '../../../shared/redemption/use.ts';

/**
 * A shop as small as the cases need: the engine judges, the state machine of a use decides, and what they say is
 * counted. Orders are baskets; completing one redeems, cancelling it is a void.
 */
export type Terms = {
  readonly discountMinor: number;
  readonly limits: Limits;
  readonly conditions: readonly Condition[];
  readonly validity: Validity;
  /** Uses of one code. */
  readonly usesPerCode?: number;
  /** All codes belong to one offer; otherwise each code is an offer of its own. */
  readonly oneOffer: boolean;
  /** Offers of different codes go together. */
  readonly combine: boolean;
  /** A cancelled order gives its use back. */
  readonly givesBack: boolean;
};

export type Refused = { readonly refused: string };
export type Accepted = { readonly discountMinor: number };
export type Answer = Refused | Accepted;

type Coupon = { readonly offerId: string; state: UseState['coupon'] };
type Order = {
  customer?: string | undefined;
  readonly codes: Set<string>;
  readonly claims: Map<string, Claim>;
};
type Use = {
  readonly offerId: string;
  readonly customer: string | undefined;
  readonly discountMinor: number;
};

const NOW = Date.UTC(2026, 0, 15, 12);
const HOLD_MS = 600_000;
const CURRENCY = 'XXX';

export const now = NOW;

export class Shop {
  readonly orders = new Map<string, Order>();
  readonly coupons = new Map<string, Coupon>();
  /** Completed before this one, by the customer who stands there. */
  purchases: number | undefined;
  /** Taken off by hand. */
  manual: number | undefined;
  readonly #terms: Terms;
  readonly #rights = new Map<string, Rights>();
  readonly #uses: Use[] = [];

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  order(id: string): Order {
    let order = this.orders.get(id);
    if (!order) {
      order = { codes: new Set(), claims: new Map() };
      this.orders.set(id, order);
    }
    return order;
  }

  coupon(code: string): Coupon {
    let coupon = this.coupons.get(code);
    if (!coupon) {
      const offerId = this.#terms.oneOffer ? 'offer' : `offer ${code}`;
      coupon = { offerId, state: { status: 'live', maxUses: this.#terms.usesPerCode, used: 0, held: 0 } };
      this.coupons.set(code, coupon);
    }
    return coupon;
  }

  /** Earlier redemptions that only their numbers tell of. */
  spendBefore(uses: number, customer?: string): void {
    const { limits } = this.#terms;
    if (limits.total !== undefined) {
      const spent = Math.min(uses, limits.total);
      this.#rights.set('offer', { ...this.#rightsOf('offer'), leased: limits.total - spent, spent });
    }
    for (let i = 0; i < uses; i++) this.#uses.push({ offerId: 'offer', customer, discountMinor: 0 });
  }

  spendMoneyBefore(discountMinor: number): void {
    this.#uses.push({ offerId: 'offer', customer: undefined, discountMinor });
  }

  /** A redemption that nobody knows more of is taken back. */
  giveBackOne(): void {
    this.#uses.pop();
  }

  /** Of a use that only the code's numbers tell of. */
  giveUseBack(code: string): void {
    const coupon = this.coupon(code);
    const before: UseState = { coupon: coupon.state, claim: { status: 'redeemed', withRight: false } };
    if (coupon.state.used === 0) return;
    const decided = decideUse(before, { type: 'void' });
    assert(decided.ok, 'a redeemed use can be given back');
    coupon.state = decided.value.reduce(applyUse, before).coupon;
  }

  isUsable(code: string): boolean {
    const state: UseState = { coupon: this.coupon(code).state, claim: { status: 'none' } };
    return decideUse(state, { type: 'reserve', now: NOW, expiresAt: NOW + HOLD_MS }).ok;
  }

  /** The codes of an order that still hold for whoever is known now. */
  recheck(orderId: string, channel: string, subtotalMinor: number): string[] {
    const left: string[] = [];
    for (const code of [...this.order(orderId).codes]) {
      if ('refused' in this.judge(orderId, [...left, code], channel, subtotalMinor))
        this.remove(orderId, code);
      else left.push(code);
    }
    return left;
  }

  /** Some code has no use left. */
  isSpent(): boolean {
    return [...this.coupons.values()].some(
      ({ state }) => state.maxUses !== undefined && state.used >= state.maxUses,
    );
  }

  get used(): number {
    return this.#uses.length;
  }

  get spentMinor(): number {
    return this.#uses.reduce((sum, use) => sum + use.discountMinor, 0);
  }

  heldOf(code: string): number {
    return this.coupons.get(code)?.state.held ?? 0;
  }

  usesOf(customer: string): number {
    return this.#uses.filter((use) => use.customer === customer).length;
  }

  /** What the engine says to these codes on this order, other orders' holds counted as uses. */
  judge(orderId: string, codes: readonly string[], channel: string, subtotalMinor: number): Answer {
    const order = this.order(orderId);
    const offers = new Map<string, Offer>();
    for (const code of codes) {
      const { offerId } = this.coupon(code);
      offers.set(offerId, this.#offer(offerId));
    }
    const uses = Object.fromEntries(
      [...offers.keys()].map((offerId) => [
        offerId,
        {
          byCustomer: this.#usesBy(offerId, order.customer, orderId),
          spentMinor: this.spentMinor,
        },
      ]),
    );
    // Whoever has bought before is known, if only as the one who did.
    const customer = order.customer ?? (this.purchases === undefined ? undefined : 'the buyer');
    const { decisions, totals } = evaluate({
      basket: basketOf(subtotalMinor),
      offers: [...offers.values(), ...this.#manualOffer()],
      coupons: codes.map((code) => ({ couponId: code, code, offerId: this.coupon(code).offerId })),
      facts: {
        now: NOW,
        wallTimes: {},
        channel,
        uses,
        ...(customer === undefined ? {} : { customer: { id: customer, purchases: this.purchases } }),
      },
      options: {
        unknownCustomer: 'pass',
        // By hand goes before everything, also before what would be cheaper for the customer.
        ...(this.manual === undefined ? {} : { combine: 'stack' }),
      },
    });
    const last = decisions.findLast((decision) => decision.couponId !== undefined);
    assert(last, 'every code is decided about');
    return last.outcome === 'refused'
      ? { refused: last.refusal.code }
      : { discountMinor: totals.discountMinor };
  }

  /** Scanning a code: judged, and held where anything is limited. */
  apply(orderId: string, code: string, channel: string, subtotalMinor: number): Answer {
    const order = this.order(orderId);
    const judged = this.judge(orderId, [...order.codes, code], channel, subtotalMinor);
    if ('refused' in judged) return judged;
    const held = this.#run(orderId, code, { type: 'reserve', now: NOW, expiresAt: NOW + HOLD_MS });
    if (held !== undefined) return { refused: held };
    order.codes.add(code);
    return judged;
  }

  /** Several codes at once: all are held, or none. */
  applyAll(orderId: string, codes: readonly string[], channel: string, subtotalMinor: number): Answer {
    let answer: Answer = { discountMinor: 0 };
    for (const code of codes) {
      answer = this.apply(orderId, code, channel, subtotalMinor);
      if (!('refused' in answer)) continue;
      for (const taken of codes) this.remove(orderId, taken);
      return answer;
    }
    return answer;
  }

  remove(orderId: string, code: string): void {
    this.order(orderId).codes.delete(code);
    this.#run(orderId, code, { type: 'release', why: 'released' });
  }

  complete(orderId: string, discountMinor = this.#terms.discountMinor): string | undefined {
    const order = this.order(orderId);
    for (const code of order.codes) {
      if (order.claims.get(code)?.status === 'redeemed') continue;
      const refused = this.#run(orderId, code, { type: 'redeem', now: NOW });
      if (refused !== undefined) return refused;
      this.#uses.push({ offerId: this.coupon(code).offerId, customer: order.customer, discountMinor });
    }
    return undefined;
  }

  cancel(orderId: string): void {
    if (!this.#terms.givesBack) return;
    const order = this.order(orderId);
    for (const code of order.codes) {
      if (this.#run(orderId, code, { type: 'void' }) !== undefined) continue;
      const { offerId } = this.coupon(code);
      const index = this.#uses.findIndex((use) => use.offerId === offerId && use.customer === order.customer);
      if (index >= 0) this.#uses.splice(index, 1);
    }
  }

  #run(orderId: string, code: string, command: UseCommand): string | undefined {
    const coupon = this.coupon(code);
    const order = this.order(orderId);
    const isLimited = this.#terms.limits.total !== undefined;
    let state: UseState = {
      coupon: coupon.state,
      rights: isLimited ? this.#rightsOf(coupon.offerId) : undefined,
      claim: order.claims.get(code) ?? { status: 'none' },
    };
    const decided = decideUse(state, command);
    if (!decided.ok) return decided.error;
    for (const event of decided.value) state = applyUse(state, event);
    coupon.state = state.coupon;
    if (state.rights) this.#rights.set(coupon.offerId, state.rights);
    order.claims.set(code, state.claim);
    return undefined;
  }

  #rightsOf(offerId: string): Rights {
    return this.#rights.get(offerId) ?? grantRights(NO_RIGHTS, this.#terms.limits.total ?? 0);
  }

  /** Redeemed by the customer, and held for them by other orders. */
  #usesBy(offerId: string, customer: string | undefined, exceptOrder: string): number {
    if (customer === undefined) return 0;
    const done = this.#uses.filter((use) => use.offerId === offerId && use.customer === customer).length;
    let held = 0;
    for (const [id, order] of this.orders) {
      if (id === exceptOrder || order.customer !== customer) continue;
      for (const [code, claim] of order.claims) {
        if (claim.status === 'reserved' && this.coupon(code).offerId === offerId) held += 1;
      }
    }
    return done + held;
  }

  #manualOffer(): Offer[] {
    if (this.manual === undefined) return [];
    return [
      {
        ...this.#offer('by hand'),
        trigger: 'automatic',
        benefits: [{ type: 'fixed', amountMinor: this.manual, per: 'total', target: { scope: 'order' } }],
        conditions: [],
        validity: {},
        limits: {},
        stacking: { mode: 'exclusive', priority: 1 },
      },
    ];
  }

  #offer(id: string): Offer {
    const { discountMinor, limits, conditions, validity, oneOffer, combine } = this.#terms;
    // The rights say how many uses are left; a limit of money or of a customer is the engine's to judge.
    const { total: _, ...judged } = limits;
    return {
      id,
      version: 1,
      name: id,
      status: 'active',
      currency: CURRENCY,
      trigger: 'code',
      benefits: [{ type: 'fixed', amountMinor: discountMinor, per: 'total', target: { scope: 'order' } }],
      conditions,
      validity,
      limits: judged,
      stacking: { mode: oneOffer || combine ? 'stackable' : 'exclusive', priority: 0 },
      fundedBy: { type: 'merchant' },
      taxTreatment: 'before_tax',
      refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'any_return' },
      offlinePolicy: { type: 'strict' },
    };
  }
}

function basketOf(subtotalMinor: number): Basket {
  return {
    currency: CURRENCY,
    taxMode: 'inclusive',
    lines: [{ id: '1', sku: 'goods', qty: 1, unitPriceMinor: subtotalMinor }],
  };
}
