import { describe, expect, it } from 'vitest';
import { basket, evaluateOffers, line, offer, percentOff, takenBy } from '../../../test/fixtures/engine.ts';
import type { Benefit } from '../offer.ts';

const at = (priceMinor: number, more: object = {}): Benefit => ({
  type: 'fixed_price',
  priceMinor,
  target: { scope: 'items' },
  ...more,
});

describe('fixed_price', () => {
  it('sells each unit at the price, and never dearer', () => {
    expect(takenBy(at(300), basket([line('a', 500, 2), line('b', 250)]))).toEqual([400, 0]);
  });

  it('may be zero', () => {
    expect(takenBy(at(0), basket([line('a', 500, 2)]))).toEqual([1_000]);
  });

  it('sells the whole order at the price', () => {
    expect(
      takenBy(at(900, { target: { scope: 'order' } }), basket([line('a', 1_000), line('b', 500)])),
    ).toEqual([400, 200]);
    expect(
      takenBy(at(1_600, { target: { scope: 'order' } }), basket([line('a', 1_000), line('b', 500)])),
    ).toEqual([0, 0]);
  });

  it('starts from what earlier benefits left', () => {
    expect(takenBy([percentOff(1_000), at(300)], basket([line('a', 500, 2)]))).toEqual([400]);
    expect(takenBy([percentOff(5_000), at(300)], basket([line('a', 500, 2)]))).toEqual([500]);
  });

  it('sells delivery at the price', () => {
    const on = basket([line('a', 100)], {
      shipping: [
        { id: 's', amountMinor: 700, method: 'm' },
        { id: 't', amountMinor: 100 },
      ],
    });
    const taken = (more: object) =>
      evaluateOffers([offer(at(200, more))], { basket: on }).totals.shippingDiscountMinor;
    expect(taken({ target: { scope: 'shipping' } })).toBe(500);
    expect(taken({ target: { scope: 'shipping', methods: ['n'] } })).toBe(0);
    expect(taken({ target: { scope: 'shipping' }, maxDiscountMinor: 50 })).toBe(50);
  });

  it('respects the lowest price, a cap, and a pick of units', () => {
    const on = basket([line('a', 500, 2, { minUnitPriceMinor: 400 })]);
    expect(takenBy(at(300), on)).toEqual([200]);
    expect(takenBy(at(300, { maxDiscountMinor: 150 }), on)).toEqual([150]);
    const target = { scope: 'items', units: { pick: 'first', maxUnits: 1 } };
    expect(takenBy(at(300, { target }), basket([line('a', 500, 2)]))).toEqual([200]);
  });
});
