import { describe, expect, it } from 'vitest';
import { basket, line } from '../../test/fixtures/engine.ts';
import {
  basketSchema,
  basketSchemaIsExact,
  MAX_BASKET_AMOUNT_MINOR,
  MAX_BASKET_LINES,
  MAX_BASKET_UNITS,
  presentedCouponSchema,
  presentedCouponSchemaIsExact,
} from './basket.ts';

function wrong(value: unknown): string[] {
  const parsed = basketSchema.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join('.'));
}

describe('basketSchema', () => {
  it('takes a full basket as it is', () => {
    const full = basket(
      [
        line('a', 100, 2, {
          name: 'Tea',
          categories: ['tea'],
          brand: 'Acme',
          tags: ['new'],
          taxRatePpm: 88_750,
          discountable: true,
          reduced: false,
          minUnitPriceMinor: 100,
        }),
      ],
      {
        taxMode: 'exclusive',
        shipping: [{ id: 's', method: 'm', amountMinor: 0, taxRatePpm: 0, taxIncluded: true }],
      },
    );
    expect(basketSchema.parse(full)).toEqual(full);
    expect(wrong(basket([]))).toEqual([]);
  });

  it.each([
    ['a negative price', basket([line('a', -1)]), 'lines.0.unitPriceMinor'],
    ['a price with decimals', basket([line('a', 1.5)]), 'lines.0.unitPriceMinor'],
    ['a price near 2^53', basket([line('a', 2 ** 53 - 1)]), 'lines.0.unitPriceMinor'],
    ['no units', basket([line('a', 1, 0)]), 'lines.0.qty'],
    ['a line worth too much', basket([line('a', MAX_BASKET_AMOUNT_MINOR / 2, 3)]), 'lines.0.unitPriceMinor'],
    ['a basket worth too much', basket([line('a', MAX_BASKET_AMOUNT_MINOR), line('b', 1)]), 'lines'],
    [
      'delivery that makes it worth too much',
      basket([line('a', MAX_BASKET_AMOUNT_MINOR)], { shipping: [{ id: 's', amountMinor: 1 }] }),
      'lines',
    ],
    ['too many units', basket([line('a', 1, MAX_BASKET_UNITS), line('b', 1)]), 'lines'],
    ['an id twice', basket([line('a', 1), line('a', 1)]), 'lines.1.id'],
    [
      'a delivery twice',
      basket([], {
        shipping: [
          { id: 's', amountMinor: 1 },
          { id: 's', amountMinor: 1 },
        ],
      }),
      'shipping.1.id',
    ],
    [
      'a floor above the price',
      basket([line('a', 1, 1, { minUnitPriceMinor: 2 })]),
      'lines.0.minUnitPriceMinor',
    ],
    ['a currency in words', basket([], { currency: 'Euro' }), 'currency'],
  ])('refuses %s, and names the field', (_what, value, path) => {
    expect(wrong(value)).toContain(path);
  });

  it('refuses 10,000 lines, and takes the most that are allowed', () => {
    const of = (count: number) => basket(Array.from({ length: count }, (_, i) => line(String(i), 1)));
    expect(wrong(of(10_000))).toEqual(['lines']);
    expect(wrong(of(MAX_BASKET_LINES))).toEqual([]);
    expect(wrong(of(MAX_BASKET_LINES + 1))).toEqual(['lines']);
  });

  it('takes amounts up to the bound', () => {
    expect(wrong(basket([line('a', MAX_BASKET_AMOUNT_MINOR)]))).toEqual([]);
    expect(wrong(basket([line('a', 1, MAX_BASKET_UNITS)]))).toEqual([]);
  });
});

describe('presentedCouponSchema', () => {
  it('takes counts that are whole and not negative', () => {
    const coupon = {
      couponId: 'c',
      code: 'C',
      offerId: 'o',
      issuedAt: 0,
      expiresAt: 0,
      maxUses: 1,
      maxUsesPerCustomer: 1,
      uses: 0,
      usesByCustomer: 0,
    };
    expect(presentedCouponSchema.parse(coupon)).toEqual(coupon);
    expect(presentedCouponSchema.safeParse({ ...coupon, uses: -1 }).success).toBe(false);
    expect(presentedCouponSchema.safeParse({ ...coupon, maxUses: 0 }).success).toBe(false);
  });
});

it('the schemas yield exactly the types of the engine', () => {
  expect([basketSchemaIsExact, presentedCouponSchemaIsExact]).toEqual([true, true]);
});
