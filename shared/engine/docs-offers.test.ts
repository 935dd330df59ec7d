import { describe, expect, it } from 'vitest';
import {
  amountOff,
  basket,
  evaluateOffers,
  line,
  offer,
  percentOff,
  takenBy,
} from '../../test/fixtures/engine.ts';
import type { Benefit, Offer } from './types.ts';

/** The arithmetic of `docs/OFFERS.md`: what managers read is what the engine does. */

const ORDER = { target: { scope: 'order' } } as const;
const total = (taken: readonly number[]) => taken.reduce((a, b) => a + b, 0);

describe('docs/OFFERS.md', () => {
  it('percent', () => {
    const tea = basket([line('tea', 495, 2), line('cake', 333)]);
    expect(takenBy(percentOff(1_000), tea)).toEqual([99, 33]);
    expect(takenBy(percentOff(1_000, ORDER), tea)).toEqual([99, 33]);
    const four = basket([106, 206, 306, 406].map((price) => line(String(price), price)));
    expect(total(takenBy(percentOff(1_000), four))).toBe(104);
    expect(total(takenBy(percentOff(1_000, ORDER), four))).toBe(102);
    expect(takenBy(percentOff(1_500), basket([line('a', 9_990)]))).toEqual([1_499]);
    expect(
      takenBy(percentOff(2_000, { maxDiscountMinor: 300 }), basket([line('a', 4_000), line('b', 2_000)])),
    ).toEqual([200, 100]);
    const cheapest = percentOff(5_000, {
      target: { scope: 'items', units: { pick: 'cheapest', maxUnits: 1 } },
    });
    expect(takenBy(cheapest, basket([line('socks', 500, 2), line('hat', 300)]))).toEqual([0, 150]);
    const sixes = percentOff(1_000, {
      target: { scope: 'items', units: { pick: 'first', maxUnits: 100_000, groupsOf: 6 } },
    });
    expect(takenBy(sixes, basket([line('wine', 800, 14)]))).toEqual([960]);
  });

  it('fixed amount', () => {
    expect(takenBy(amountOff(500), basket([line('a', 1_200), line('b', 2_300), line('c', 3_000)]))).toEqual([
      92, 177, 231,
    ]);
    expect(takenBy(amountOff(100), basket([line('a', 100), line('b', 100), line('c', 100)]))).toEqual([
      34, 33, 33,
    ]);
    const each = (per: 'line' | 'unit') => amountOff(100, { per, target: { scope: 'items' } });
    expect(takenBy(each('line'), basket([line('a', 500, 3)]))).toEqual([100]);
    expect(takenBy(each('unit'), basket([line('a', 500, 3), line('b', 80)]))).toEqual([300, 80]);
    expect(takenBy(amountOff(5_000), basket([line('a', 3_500)]))).toEqual([3_500]);
  });

  it('fixed price and bundles', () => {
    const shirts: Benefit = { type: 'fixed_price', priceMinor: 999, target: { scope: 'items' } };
    expect(takenBy(shirts, basket([line('a', 1_499), line('b', 799)]))).toEqual([500, 0]);
    const whole: Benefit = { type: 'fixed_price', priceMinor: 2_000, target: { scope: 'order' } };
    expect(takenBy(whole, basket([line('a', 1_800), line('b', 900)]))).toEqual([467, 233]);
    const bundle = (qty: number): Benefit => ({
      type: 'bundle_price',
      qty,
      priceMinor: 1_000,
      pick: 'dearest',
    });
    expect(takenBy(bundle(3), basket([line('a', 400, 3)]))).toEqual([200]);
    expect(takenBy(bundle(3), basket([line('a', 400, 7)]))).toEqual([400]);
    expect(takenBy(bundle(2), basket([line('a', 900, 2), line('b', 100, 2)]))).toEqual([800, 0]);
  });

  it('buy some, get some, and tiers', () => {
    const on = basket([line('a', 3_000, 2), line('b', 2_000, 2), line('c', 1_000, 2)]);
    const free = (pick: 'cheapest' | 'dearest' | 'grouped') =>
      total(takenBy({ type: 'buy_get', buy: { qty: 2 }, get: { qty: 1, pick }, percentBp: 10_000 }, on));
    expect([free('cheapest'), free('dearest'), free('grouped')]).toEqual([2_000, 6_000, 3_000]);
    const tiered: Benefit = {
      type: 'tiered',
      measure: 'spend',
      tiers: [
        { from: 5_000, percentBp: 1_000 },
        { from: 10_000, percentBp: 2_000 },
      ],
      target: { scope: 'order' },
      base: 'sequential',
    };
    expect([4_999, 5_000, 10_000].map((spend) => takenBy(tiered, basket([line('a', spend)]))[0])).toEqual([
      0, 500, 2_000,
    ]);
  });

  it('delivery and manufacturers', () => {
    const delivered = basket([line('a', 1_000)], { shipping: [{ id: 's', amountMinor: 690 }] });
    expect(
      evaluateOffers([offer({ type: 'free_shipping', maxDiscountMinor: 500 })], { basket: delivered }).totals
        .payableMinor,
    ).toBe(1_190);
    const taxed = basket([line('a', 1_000, 1, { taxRatePpm: 200_000 })], { taxMode: 'exclusive' });
    const funded = offer(amountOff(100), { fundedBy: { type: 'manufacturer' }, taxTreatment: 'after_tax' });
    expect(evaluateOffers([funded], { basket: taxed }).totals).toMatchObject({
      netMinor: 1_000,
      taxMinor: 200,
      tenderMinor: 100,
      payableMinor: 1_100,
    });
    expect(evaluateOffers([offer(amountOff(100))], { basket: taxed }).totals).toMatchObject({
      netMinor: 900,
      taxMinor: 180,
      payableMinor: 1_080,
    });
  });

  it('the best combination', () => {
    const stacking = (mode: Offer['stacking']['mode'], group?: string): Partial<Offer> => ({
      stacking: { mode, group, priority: 0 },
    });
    const offers = [
      offer(percentOff(1_000), { id: 'a', ...stacking('group', 'sale') }),
      offer(percentOff(1_500), { id: 'b', ...stacking('group', 'sale') }),
      offer(amountOff(500), { id: 'c' }),
      offer(amountOff(2_200), { id: 'd', ...stacking('exclusive') }),
    ];
    const shirt = basket([line('shirt', 10_000)]);
    expect(evaluateOffers(offers, { basket: shirt }).totals.payableMinor).toBe(7_800);
    expect(evaluateOffers(offers.slice(0, 3), { basket: shirt }).totals.payableMinor).toBe(8_000);
    const small = offer(amountOff(100), { id: 's', stacking: { mode: 'stackable', priority: 1 } });
    const large = offer(amountOff(2_000), {
      id: 'l',
      conditions: [{ type: 'min_spend', amountMinor: 10_000, measure: 'after_discounts' }],
    });
    expect(evaluateOffers([small, large], { basket: shirt }).totals.payableMinor).toBe(8_000);
  });
});
