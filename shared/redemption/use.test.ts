import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grantRights, moveRights, NO_RIGHTS, type Rights, rightsAddUp } from './rights.ts';
import { applyUse, type Claim, decideUse, type UseState } from './use.ts';

const HOLD_MS = 10;
const BASKETS = 6;

type Step =
  | { readonly do: 'reserve' | 'redeem' | 'confirm' | 'release' | 'void'; readonly basket: number }
  | {
      readonly do: 'refund';
      readonly basket: number;
      readonly all: boolean;
      readonly giveUseBack: boolean;
    }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'grant'; readonly more: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom('reserve', 'redeem', 'confirm', 'release', 'void'),
    basket: fc.nat({ max: BASKETS - 1 }),
  }),
  fc.record({
    do: fc.constant('refund' as const),
    basket: fc.nat({ max: BASKETS - 1 }),
    all: fc.boolean(),
    giveUseBack: fc.boolean(),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat({ max: HOLD_MS }) }),
  fc.record({ do: fc.constant('grant' as const), more: fc.nat({ max: 2 }) }),
);

/** Several baskets with one code: its uses and rights are shared, each basket has its own claim. */
class Shop {
  now = 0;
  coupon: UseState['coupon'];
  rights: Rights;
  /** Uses that came back with goods. */
  usesBack = 0;
  readonly claims: Claim[] = Array.from({ length: BASKETS }, () => ({ status: 'none' }));

  constructor(maxUses: number | undefined, rights: number) {
    this.coupon = { status: 'live', maxUses, used: 0, held: 0 };
    this.rights = grantRights(NO_RIGHTS, rights);
  }

  take(one: Step): void {
    if (one.do === 'wait') {
      this.now += one.ms;
      this.claims.forEach((_, basket) => {
        this.run(basket, { type: 'expire', now: this.now });
      });
    } else if (one.do === 'grant') this.rights = grantRights(this.rights, this.rights.total + one.more);
    else if (one.do === 'reserve') {
      this.run(one.basket, { type: 'reserve', now: this.now, expiresAt: this.now + HOLD_MS });
    } else if (one.do === 'redeem') this.run(one.basket, { type: 'redeem', now: this.now });
    else if (one.do === 'confirm') this.run(one.basket, { type: 'redeem', now: this.now, mustBeHeld: true });
    else if (one.do === 'refund') {
      const claim = this.claims[one.basket] as Claim;
      const wasBack = claim.status === 'partly_refunded' && claim.useBack;
      if (one.giveUseBack && !wasBack && isLive(claim)) this.usesBack += 1;
      this.run(one.basket, { type: 'refund', all: one.all, giveUseBack: one.giveUseBack && !wasBack });
    } else if (one.do === 'release') this.run(one.basket, { type: 'release', why: 'released' });
    else this.run(one.basket, { type: 'void' });
  }

  run(basket: number, command: Parameters<typeof decideUse>[1]): void {
    const claim = this.claims[basket] as Claim;
    const decided = decideUse({ coupon: this.coupon, rights: this.rights, claim }, command);
    if (!decided.ok) return;
    for (const event of decided.value) {
      const before: UseState = {
        coupon: this.coupon,
        rights: this.rights,
        claim: this.claims[basket] as Claim,
      };
      const after = applyUse(before, event);
      this.coupon = after.coupon;
      this.rights = after.rights as Rights;
      this.claims[basket] = after.claim;
    }
  }
}

const isLive = ({ status }: Claim) => status === 'redeemed' || status === 'partly_refunded';

const countOf = (claims: readonly Claim[], status: Claim['status']) =>
  claims.filter((claim) => claim.status === status).length;

describe('one use of a coupon', () => {
  it('is never given more often than code and rights allow, in any order of steps', () => {
    const limits = fc.record({
      maxUses: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      rights: fc.nat({ max: 4 }),
    });
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 60 }), ({ maxUses, rights }, steps) => {
        const shop = new Shop(maxUses, rights);
        for (const one of steps) {
          shop.take(one);
          const sold = (['redeemed', 'partly_refunded', 'refunded'] as const).map((status) =>
            countOf(shop.claims, status),
          );
          const redeemed = sold.reduce((sum, count) => sum + count, 0) - shop.usesBack;
          const held = countOf(shop.claims, 'reserved');
          expect(rightsAddUp(shop.rights)).toBe(true);
          expect(shop.coupon).toMatchObject({ used: redeemed, held });
          expect(shop.rights).toMatchObject({ spent: redeemed, reserved: held });
          expect(redeemed + held).toBeLessThanOrEqual(Math.min(maxUses ?? Infinity, shop.rights.total));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives every command twice the same effect as once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const once = new Shop(2, 2);
        const twice = new Shop(2, 2);
        for (const one of steps) {
          once.take(one);
          twice.take(one);
          // Waiting and granting are facts, not commands that a caller retries; a released use may be held again.
          if (one.do === 'wait' || one.do === 'grant') continue;
          twice.take(one);
        }
        expect(twice.claims).toEqual(once.claims);
        expect(twice.rights).toEqual(once.rights);
      }),
      { numRuns: 500 },
    );
  });

  const held: UseState = {
    coupon: { status: 'live', maxUses: 1, used: 0, held: 1 },
    rights: { ...NO_RIGHTS, total: 1, reserved: 1 },
    claim: { status: 'reserved', expiresAt: 100, withRight: true },
  };

  it('is over at its very end, not one moment later', () => {
    expect(decideUse(held, { type: 'redeem', now: 99 })).toMatchObject({ ok: true });
    expect(decideUse(held, { type: 'redeem', now: 100 })).toEqual({
      ok: false,
      error: 'reservation_expired',
    });
    expect(decideUse(held, { type: 'expire', now: 99 })).toEqual({ ok: true, value: [] });
  });

  it('says whether the last use is gone or only held', () => {
    const other: UseState = { ...held, claim: { status: 'none' } };
    expect(decideUse(other, { type: 'redeem', now: 0 })).toMatchObject({ error: 'reserved_elsewhere' });
    const used = { ...other, coupon: { ...other.coupon, used: 1, held: 0 } };
    expect(decideUse(used, { type: 'redeem', now: 0 })).toMatchObject({ error: 'already_redeemed' });
  });

  it('accepts at risk without a right, and spends none', () => {
    const none: UseState = {
      coupon: { status: 'live', used: 0, held: 0 },
      rights: NO_RIGHTS,
      claim: { status: 'none' },
    };
    expect(decideUse(none, { type: 'redeem', now: 0 })).toMatchObject({ error: 'exhausted' });
    expect(decideUse(none, { type: 'redeem', now: 0, atRisk: true })).toEqual({
      ok: true,
      value: [{ type: 'redeemed', atRisk: true }],
    });
  });
});

describe('goods that come back', () => {
  const redeemed: UseState = {
    coupon: { status: 'live', maxUses: 1, used: 1, held: 0 },
    rights: { ...NO_RIGHTS, total: 1, spent: 1 },
    claim: { status: 'redeemed', withRight: true },
  };
  const returned = (state: UseState, all: boolean, giveUseBack: boolean) => {
    const decided = decideUse(state, { type: 'refund', all, giveUseBack });
    if (!decided.ok) throw new Error(decided.error);
    return decided.value.reduce(applyUse, state);
  };

  it('keep the use until the policy gives it back, and the right goes where it was spent', () => {
    const some = returned(redeemed, false, false);
    expect(some).toMatchObject({ coupon: { used: 1 }, rights: { spent: 1 }, claim: { useBack: false } });
    const all = returned(some, true, true);
    expect(all).toMatchObject({
      coupon: { used: 0 },
      rights: { spent: 0, leased: 1 },
      claim: { status: 'refunded' },
    });
  });

  it('give the use back once', () => {
    const some = returned(redeemed, false, true);
    expect(() => decideUse(some, { type: 'refund', all: true, giveUseBack: true })).toThrow('once');
    expect(returned(some, true, false)).toMatchObject({ coupon: { used: 0 }, rights: { leased: 1 } });
  });

  it('end voids: what came back is no mistake any more', () => {
    for (const state of [returned(redeemed, false, false), returned(redeemed, true, true)]) {
      expect(decideUse(state, { type: 'void' })).toEqual({ ok: false, error: 'already_refunded' });
    }
    expect(
      decideUse(
        { ...redeemed, claim: { status: 'voided' } },
        { type: 'refund', all: true, giveUseBack: true },
      ),
    ).toEqual({
      ok: false,
      error: 'already_voided',
    });
  });
});

describe('rights', () => {
  it('counts a grant once, however often it is heard of', () => {
    const once = grantRights(NO_RIGHTS, 5);
    expect(grantRights(grantRights(once, 3), 5)).toBe(once);
  });

  it('turns a burned right into a spent one when its redemption comes late', () => {
    const burned = moveRights(grantRights(NO_RIGHTS, 1), 'burn');
    const spent = burned.ok && moveRights(burned.value, 'spend_burned');
    expect(spent).toMatchObject({ ok: true, value: { burned: 0, spent: 1, total: 1 } });
  });
});
