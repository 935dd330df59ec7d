import { describe, expect, it } from 'vitest';
import { amountOff, basket, evaluateOffers, line, offer, percentOff } from '../../test/fixtures/engine.ts';
import { NO_RETURNS, type Refund, type ReturnRequest, type Returns, refund } from './refund.ts';
import type { Sale } from './sale.ts';
import type { Basket, Offer } from './types.ts';

function saleOf(on: Basket, offers: readonly Offer[]): Sale {
  const { decisions, totals } = evaluateOffers(offers, { basket: on });
  return {
    basket: on,
    offers,
    totals,
    decisions: decisions.filter((decision) => decision.outcome === 'accepted'),
  };
}

function giveBack(sale: Sale, before: Returns, request: ReturnRequest): Refund {
  const result = refund(sale, before, request);
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

const units = (lineId: string, count: number): ReturnRequest => ({ lines: [{ lineId, units: count }] });

describe('refund', () => {
  it('gives back the own share of each unit, the last one clearing the rest', () => {
    const sale = saleOf(basket([line('a', 1_000, 3)]), [offer(amountOff(1_000))]);
    expect(sale.totals.payableMinor).toBe(2_000);
    const first = giveBack(sale, NO_RETURNS, units('a', 1));
    expect(first.refundMinor).toBe(667);
    expect(first.lines).toEqual([
      { lineId: 'a', units: 1, priceMinor: 1_000, discountMinor: 333, tenderMinor: 0 },
    ]);
    const second = giveBack(sale, first.after, units('a', 1));
    expect(second.refundMinor).toBe(667);
    const third = giveBack(sale, second.after, units('a', 1));
    expect(third.refundMinor).toBe(666);
    expect(third.after).toEqual({ units: { a: 3 }, shippingIds: [], refundedMinor: 2_000 });
  });

  it.each(['constructor', '__proto__'])('keeps count of a line that is called %s', (id) => {
    const sale = saleOf(basket([line(id, 1_000, 2), line('a', 1_000)]), [offer(amountOff(1_500))]);
    const other = giveBack(sale, NO_RETURNS, units('a', 1));
    expect(other.refundMinor).toBe(500);
    const first = giveBack(sale, other.after, units(id, 1));
    expect(first.refundMinor).toBe(500);
    const stored: Returns = JSON.parse(JSON.stringify(first.after));
    expect(giveBack(sale, stored, units(id, 1)).refundMinor).toBe(500);
    expect(refund(sale, stored, units(id, 2))).toEqual({ ok: false, error: { code: 'more_than_sold', id } });
  });

  it('takes the rewarded units back first', () => {
    const twoPlusOne = offer({
      type: 'buy_get',
      buy: { qty: 2 },
      get: { qty: 1, pick: 'cheapest' },
      percentBp: 10_000,
    });
    const sale = saleOf(basket([line('a', 1_000, 3)]), [twoPlusOne]);
    const first = giveBack(sale, NO_RETURNS, units('a', 1));
    expect(first.refundMinor).toBe(0);
    expect(giveBack(sale, first.after, units('a', 1)).refundMinor).toBe(1_000);
  });

  it('refuses what was not sold', () => {
    const sale = saleOf(basket([line('a', 1_000, 2)]), []);
    expect(refund(sale, NO_RETURNS, units('b', 1))).toEqual({
      ok: false,
      error: { code: 'unknown_line', id: 'b' },
    });
    expect(refund(sale, NO_RETURNS, units('a', 3))).toEqual({
      ok: false,
      error: { code: 'more_than_sold', id: 'a' },
    });
    const { after } = giveBack(sale, NO_RETURNS, units('a', 1));
    expect(refund(sale, after, units('a', 2))).toMatchObject({ ok: false });
    expect(refund(sale, after, units('a', 1))).toMatchObject({ ok: true });
    expect(() => refund(sale, NO_RETURNS, units('a', 0))).toThrow('whole units');
    expect(() => refund(sale, NO_RETURNS, units('a', 0.5))).toThrow('whole units');
  });

  it('gives delivery back once, at what it cost', () => {
    const shipping = [{ id: 's', amountMinor: 500 }];
    const halfDelivery = offer(percentOff(5_000, { target: { scope: 'shipping' } }));
    const sale = saleOf(basket([line('a', 1_000)], { shipping }), [halfDelivery]);
    const first = giveBack(sale, NO_RETURNS, { lines: [], shippingIds: ['s'] });
    expect(first.refundMinor).toBe(250);
    expect(refund(sale, first.after, { lines: [], shippingIds: ['s'] })).toEqual({
      ok: false,
      error: { code: 'already_returned', id: 's' },
    });
    expect(refund(sale, NO_RETURNS, { lines: [], shippingIds: ['x'] })).toEqual({
      ok: false,
      error: { code: 'unknown_shipping', id: 'x' },
    });
  });
});

describe('a threshold broken by a return', () => {
  const terms = (brokenThreshold: 'keep' | 'claw_back') =>
    offer(percentOff(1_000), {
      conditions: [{ type: 'min_spend', amountMinor: 5_000, measure: 'before_discounts' }],
      refundPolicy: { brokenThreshold, giveUseBack: 'never' },
    });
  const on = basket([line('a', 3_000), line('b', 2_000)]);

  it('leaves the discount on what stays where the offer keeps it', () => {
    const back = giveBack(saleOf(on, [terms('keep')]), NO_RETURNS, units('b', 1));
    expect(back).toMatchObject({ refundMinor: 1_800, clawedBackMinor: 0 });
  });

  it('claws it back otherwise, and gives it back when the rest comes back too', () => {
    const sale = saleOf(on, [terms('claw_back')]);
    const first = giveBack(sale, NO_RETURNS, units('b', 1));
    expect(first).toMatchObject({ refundMinor: 1_500, clawedBackMinor: 300 });
    const second = giveBack(sale, first.after, units('a', 1));
    expect(second).toMatchObject({ refundMinor: 3_000, clawedBackMinor: 0 });
    expect(second.after.refundedMinor).toBe(sale.totals.payableMinor);
  });

  it('never asks the customer to pay: what the refund cannot cover waits for the next one', () => {
    const half = { ...terms('claw_back'), benefits: [percentOff(5_000)] };
    const sale = saleOf(basket([line('a', 4_900), line('b', 100)]), [half]);
    const first = giveBack(sale, NO_RETURNS, units('b', 1));
    expect(first).toMatchObject({ refundMinor: 0, clawedBackMinor: 2_450 });
    expect(giveBack(sale, first.after, units('a', 1)).refundMinor).toBe(2_500);
  });

  it('keeps what a lower tier still grants', () => {
    const tiers = [
      { from: 2_000, percentBp: 1_000 },
      { from: 5_000, percentBp: 2_000 },
    ];
    const tiered = offer(
      { type: 'tiered', measure: 'spend', tiers, target: { scope: 'items' }, base: 'sequential' },
      { refundPolicy: { brokenThreshold: 'claw_back', giveUseBack: 'never' } },
    );
    const back = giveBack(saleOf(on, [tiered]), NO_RETURNS, units('b', 1));
    expect(back).toMatchObject({ clawedBackMinor: 300, refundMinor: 4_000 - 2_700 });
  });

  it('looks at the goods only: time and customer do not break by a return', () => {
    const forVips = offer(percentOff(1_000), {
      conditions: [{ type: 'customer_required' }],
      refundPolicy: { brokenThreshold: 'claw_back', giveUseBack: 'never' },
    });
    const { decisions, totals } = evaluateOffers([forVips], { basket: on, facts: { customer: { id: 'c' } } });
    const accepted = decisions.filter((decision) => decision.outcome === 'accepted');
    expect(accepted).toHaveLength(1);
    const sale = { basket: on, offers: [forVips], totals, decisions: accepted };
    expect(giveBack(sale, NO_RETURNS, units('b', 1)).clawedBackMinor).toBe(0);
  });

  it('makes the saved tax due again on prices without tax', () => {
    const taxed = basket(
      [line('a', 3_000, 1, { taxRatePpm: 200_000 }), line('b', 2_000, 1, { taxRatePpm: 200_000 })],
      {
        taxMode: 'exclusive',
      },
    );
    const sale = saleOf(taxed, [terms('claw_back')]);
    expect(sale.totals.payableMinor).toBe(5_400);
    expect(giveBack(sale, NO_RETURNS, units('b', 1)).refundMinor).toBe(5_400 - 3_600);
  });

  it('fails loudly when the sale does not hold the offer that judged it', () => {
    const sale = { ...saleOf(on, [terms('keep')]), offers: [] };
    expect(() => refund(sale, NO_RETURNS, units('b', 1))).toThrow('lacks the offer offer-a');
  });
});

describe('giving the use back', () => {
  const terms = (giveUseBack: 'never' | 'full_return' | 'any_return') =>
    offer(percentOff(1_000), { refundPolicy: { brokenThreshold: 'keep', giveUseBack } });
  const on = basket([line('a', 1_000, 2), line('b', 500)]);
  const back = [{ offerId: 'offer-a', couponId: 'coupon-offer-a' }];

  it('happens once everything that carried the discount is back', () => {
    const sale = saleOf(on, [terms('full_return')]);
    const first = giveBack(sale, NO_RETURNS, units('a', 2));
    expect(first.usesBack).toEqual([]);
    expect(giveBack(sale, first.after, units('b', 1)).usesBack).toEqual(back);
  });

  it('happens at the first return where the policy says so, and only once', () => {
    const sale = saleOf(on, [terms('any_return')]);
    const first = giveBack(sale, NO_RETURNS, units('a', 1));
    expect(first.usesBack).toEqual(back);
    expect(giveBack(sale, first.after, units('a', 1)).usesBack).toEqual([]);
  });

  it('never happens otherwise', () => {
    const sale = saleOf(on, [terms('never')]);
    expect(
      giveBack(sale, NO_RETURNS, {
        lines: [
          { lineId: 'a', units: 2 },
          { lineId: 'b', units: 1 },
        ],
      }).usesBack,
    ).toEqual([]);
  });

  it('counts free delivery among what must come back', () => {
    const free = offer({ type: 'free_shipping' });
    const sale = saleOf(basket([line('a', 1_000)], { shipping: [{ id: 's', amountMinor: 400 }] }), [free]);
    const first = giveBack(sale, NO_RETURNS, units('a', 1));
    expect(first.usesBack).toEqual([]);
    expect(giveBack(sale, first.after, { lines: [], shippingIds: ['s'] }).usesBack).toEqual(back);
  });
});

describe('a discount that a manufacturer pays', () => {
  it('is given back to them, not to the customer', () => {
    const funded = offer(amountOff(300), { fundedBy: { type: 'manufacturer' }, taxTreatment: 'after_tax' });
    const sale = saleOf(basket([line('a', 1_000, 2)]), [funded]);
    const first = giveBack(sale, NO_RETURNS, units('a', 1));
    expect(first.refundMinor).toBe(850);
    expect(first.lines).toEqual([
      { lineId: 'a', units: 1, priceMinor: 1_000, discountMinor: 0, tenderMinor: 150 },
    ]);
  });
});

describe('tax that only the sum of a rate shows', () => {
  it('is given back with the units that it was due on', () => {
    const tiny = basket(
      [line('a', 2, 1, { taxRatePpm: 200_000 }), line('b', 2, 1, { taxRatePpm: 200_000 })],
      {
        taxMode: 'exclusive',
      },
    );
    const sale = saleOf(tiny, []);
    expect(sale.totals).toMatchObject({ taxMinor: 1, payableMinor: 5 });
    const first = giveBack(sale, NO_RETURNS, units('a', 1));
    expect(first.refundMinor).toBe(3);
    expect(giveBack(sale, first.after, units('b', 1)).refundMinor).toBe(2);
  });
});

describe('a refund of one part', () => {
  const VAT = 200_000;

  it('leaves delivery with its own tax and its own shares', () => {
    const on = basket([line('a', 1_000, 1, { taxRatePpm: VAT })], {
      taxMode: 'exclusive',
      shipping: [
        { id: 's', amountMinor: 500, taxRatePpm: VAT },
        { id: 't', amountMinor: 300, taxRatePpm: 70_000, taxIncluded: true },
      ],
    });
    const target = { scope: 'shipping' } as const;
    const sale = saleOf(on, [
      offer(percentOff(1_000, { target }), { id: 'before' }),
      offer(amountOff(50, { target }), { id: 'after', taxTreatment: 'after_tax' }),
    ]);
    // Goods 12.00; s 4.50 and 0.90 tax less 0.31; t 2.70 less 0.19.
    expect(sale.totals.payableMinor).toBe(1_200 + 509 + 251);
    const goods = giveBack(sale, NO_RETURNS, units('a', 1));
    expect(goods.refundMinor).toBe(1_200);
    const s = giveBack(sale, goods.after, { lines: [], shippingIds: ['s'] });
    expect(s.refundMinor).toBe(509);
    expect(giveBack(sale, s.after, { lines: [], shippingIds: ['t'] }).refundMinor).toBe(251);
    expect(giveBack(sale, NO_RETURNS, { lines: [], shippingIds: ['t'] }).refundMinor).toBe(251);
  });

  const terms = (more: Partial<Offer>) =>
    offer(percentOff(1_000), {
      conditions: [{ type: 'min_spend', amountMinor: 5_000, measure: 'before_discounts' }],
      refundPolicy: { brokenThreshold: 'claw_back', giveUseBack: 'never' },
      ...more,
    });
  const two = (rateA: number, rateB: number) =>
    basket([line('a', 3_000, 1, { taxRatePpm: rateA }), line('b', 2_000, 1, { taxRatePpm: rateB })], {
      taxMode: 'exclusive',
    });

  it('makes the tax of the kept goods due again, at their own rate', () => {
    const sale = saleOf(two(VAT, 0), [terms({})]);
    expect(sale.totals.payableMinor).toBe(3_240 + 1_800);
    expect(giveBack(sale, NO_RETURNS, units('b', 1)).refundMinor).toBe(5_040 - 3_600);
    expect(giveBack(sale, NO_RETURNS, units('a', 1)).refundMinor).toBe(5_040 - 2_000);
  });

  it('asks for no tax again where the discount had not lowered it', () => {
    const sale = saleOf(two(VAT, VAT), [terms({ taxTreatment: 'after_tax' })]);
    expect(sale.totals.payableMinor).toBe(6_000 - 500);
    expect(giveBack(sale, NO_RETURNS, units('b', 1)).refundMinor).toBe(5_500 - 3_600);
  });

  it('measures a threshold after discounts beside the shares of the other offers', () => {
    const other = offer(percentOff(1_000), { id: 'other', stacking: { mode: 'stackable', priority: 1 } });
    const sale = (amountMinor: number) =>
      saleOf(basket([line('a', 3_000), line('b', 2_000)]), [
        other,
        terms({ conditions: [{ type: 'min_spend', amountMinor, measure: 'after_discounts' }] }),
      ]);
    expect(sale(2_700).totals.payableMinor).toBe(4_050);
    // 30.00 less 3.00 of the other offer stay: enough for 27.00, too little for 27.01.
    expect(giveBack(sale(2_700), NO_RETURNS, units('b', 1))).toMatchObject({
      refundMinor: 1_620,
      clawedBackMinor: 0,
    });
    expect(giveBack(sale(2_701), NO_RETURNS, units('b', 1))).toMatchObject({
      refundMinor: 1_350,
      clawedBackMinor: 270,
    });
  });

  it('keeps an amount only as far as the kept goods carry it', () => {
    const sale = saleOf(basket([line('a', 3_000), line('b', 2_000)]), [
      terms({ benefits: [amountOff(500)], conditions: [] }),
    ]);
    expect(giveBack(sale, NO_RETURNS, units('b', 1))).toMatchObject({
      refundMinor: 1_800,
      clawedBackMinor: 0,
    });
  });

  it('lists the lines that came back only', () => {
    const sale = saleOf(basket([line('a', 3_000), line('b', 2_000)]), []);
    expect(giveBack(sale, NO_RETURNS, units('b', 1)).lines).toEqual([
      { lineId: 'b', units: 1, priceMinor: 2_000, discountMinor: 0, tenderMinor: 0 },
    ]);
  });
});
