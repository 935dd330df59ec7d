import { describe, expect, it } from 'vitest';
import {
  basket,
  evaluateOffers,
  line,
  offer,
  onlyDecision,
  refusalOf,
} from '../../../test/fixtures/engine.ts';

const shipping = [
  { id: 's', amountMinor: 500, method: 'express' },
  { id: 't', amountMinor: 300, method: 'standard' },
];
const on = basket([line('a', 100)], { shipping });

describe('free_shipping', () => {
  it('takes all delivery off, or that of the named methods', () => {
    const all = onlyDecision(evaluateOffers([offer({ type: 'free_shipping' })], { basket: on }));
    expect(all).toMatchObject({
      discountMinor: 800,
      lines: [],
      shipping: [
        { shippingId: 's', amountMinor: 500 },
        { shippingId: 't', amountMinor: 300 },
      ],
    });
    const some = evaluateOffers([offer({ type: 'free_shipping', methods: ['standard'] })], { basket: on });
    expect(some.totals).toMatchObject({
      shippingMinor: 800,
      shippingDiscountMinor: 300,
      discountMinor: 0,
      payableMinor: 600,
    });
  });

  it('stops at its cap', () => {
    const capped = evaluateOffers([offer({ type: 'free_shipping', maxDiscountMinor: 80 })], { basket: on });
    expect(onlyDecision(capped)).toMatchObject({ shipping: [{ amountMinor: 50 }, { amountMinor: 30 }] });
  });

  it('has no target where nothing is delivered, and no effect where delivery is free', () => {
    const nothing = evaluateOffers([offer({ type: 'free_shipping' })]);
    expect(refusalOf(onlyDecision(nothing))?.code).toBe('no_matching_items');
    const free = basket([line('a', 100)], { shipping: [{ id: 's', amountMinor: 0 }] });
    expect(
      refusalOf(onlyDecision(evaluateOffers([offer({ type: 'free_shipping' })], { basket: free })))?.code,
    ).toBe('no_discount');
  });
});
