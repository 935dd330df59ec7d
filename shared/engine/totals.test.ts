import { describe, expect, it } from 'vitest';
import { amountOff, basket, evaluateOffers, line, offer, percentOff } from '../../test/fixtures/engine.ts';
import type { EngineOptions } from './types.ts';

const VAT = 200_000;
const LOW = 70_000;

function totals(
  on: ReturnType<typeof basket>,
  offers: ReturnType<typeof offer>[] = [],
  options: Partial<EngineOptions> = {},
) {
  return evaluateOffers(offers, { basket: on, options }).totals;
}

describe('totals of prices that include their tax', () => {
  it('take the tax out after the discount, rounding the net', () => {
    const on = basket([line('a', 1_200, 1, { taxRatePpm: VAT }), line('b', 107, 1, { taxRatePpm: LOW })]);
    const half = offer(percentOff(5_000));
    expect(totals(on, [half])).toEqual({
      subtotalMinor: 1_307,
      shippingMinor: 0,
      discountMinor: 654,
      shippingDiscountMinor: 0,
      tenderMinor: 0,
      netMinor: 550,
      taxMinor: 103,
      grossMinor: 653,
      payableMinor: 653,
      lines: [
        {
          lineId: 'a',
          subtotalMinor: 1_200,
          discountMinor: 600,
          tenderMinor: 0,
          totalMinor: 600,
          taxMinor: 100,
        },
        { lineId: 'b', subtotalMinor: 107, discountMinor: 54, tenderMinor: 0, totalMinor: 53, taxMinor: 3 },
      ],
      taxes: [
        { ratePpm: LOW, netMinor: 50, taxMinor: 3 },
        { ratePpm: VAT, netMinor: 500, taxMinor: 100 },
      ],
    });
    expect(totals(basket([line('a', 345, 1, { taxRatePpm: VAT })])).netMinor).toBe(288);
  });
});

describe('totals of prices without tax', () => {
  const on = (prices: number[]) =>
    basket(
      prices.map((price, i) => line(String(i), price, 1, { taxRatePpm: VAT })),
      { taxMode: 'exclusive' },
    );

  it('add the tax after the discount', () => {
    expect(totals(on([1_000]), [offer(percentOff(1_000))])).toMatchObject({
      netMinor: 900,
      taxMinor: 180,
      payableMinor: 1_080,
    });
  });

  it('round on the sum of a rate, on the line, or on the unit', () => {
    const thirds = basket([line('a', 3, 3, { taxRatePpm: VAT }), line('b', 3, 1, { taxRatePpm: VAT })], {
      taxMode: 'exclusive',
    });
    expect(totals(thirds, [], { taxRoundAt: 'rate' }).taxMinor).toBe(2);
    expect(totals(thirds, [], { taxRoundAt: 'line' }).taxMinor).toBe(3);
    expect(totals(thirds, [], { taxRoundAt: 'unit' }).taxMinor).toBe(4);
  });

  it('take a discount after tax off what is paid, and leave the tax', () => {
    const after = offer(amountOff(100), { taxTreatment: 'after_tax' });
    expect(totals(on([1_000]), [after])).toMatchObject({
      discountMinor: 100,
      netMinor: 1_000,
      taxMinor: 200,
      grossMinor: 1_200,
      payableMinor: 1_100,
    });
    expect(totals(on([1_001]), [after], { taxRoundAt: 'unit' }).taxMinor).toBe(200);
  });

  it('book a manufacturer’s coupon as tender: neither price nor tax is lowered', () => {
    const funded = offer(amountOff(100), { fundedBy: { type: 'manufacturer' }, taxTreatment: 'after_tax' });
    const result = totals(on([1_000]), [funded]);
    expect(result).toMatchObject({
      discountMinor: 0,
      tenderMinor: 100,
      netMinor: 1_000,
      taxMinor: 200,
      payableMinor: 1_100,
    });
    expect(result.lines).toMatchObject([{ discountMinor: 0, tenderMinor: 100, totalMinor: 1_000 }]);
    const { decisions } = evaluateOffers([funded], { basket: on([1_000]) });
    expect(decisions).toMatchObject([{ tender: true, taxTreatment: 'after_tax' }]);
  });

  it('take tender and the discount after tax off delivery as well', () => {
    const delivered = basket([line('a', 1_000)], {
      taxMode: 'exclusive',
      shipping: [{ id: 's', amountMinor: 500, taxRatePpm: VAT }],
    });
    const target = { scope: 'shipping' } as const;
    const funded = offer(amountOff(100, { target }), {
      fundedBy: { type: 'manufacturer' },
      taxTreatment: 'after_tax',
    });
    expect(totals(delivered, [funded])).toMatchObject({
      shippingMinor: 500,
      shippingDiscountMinor: 0,
      tenderMinor: 100,
      taxMinor: 100,
      payableMinor: 1_500,
    });
    const before = offer(amountOff(100, { target }));
    expect(totals(delivered, [before])).toMatchObject({
      shippingDiscountMinor: 100,
      taxMinor: 80,
      payableMinor: 1_480,
    });
  });

  it('may stand beside delivery whose price includes its tax', () => {
    const shipping = [{ id: 's', amountMinor: 600, taxRatePpm: VAT, taxIncluded: true }];
    const mixed = { ...on([1_000]), shipping };
    for (const taxRoundAt of ['rate', 'line', 'unit'] as const) {
      expect(totals(mixed, [], { taxRoundAt })).toMatchObject({
        netMinor: 1_500,
        taxMinor: 300,
        payableMinor: 1_800,
      });
    }
    const inclusive = {
      ...mixed,
      taxMode: 'inclusive' as const,
      shipping: [{ ...shipping[0], id: 's', amountMinor: 600, taxIncluded: false }],
    };
    expect(totals(inclusive)).toMatchObject({ payableMinor: 1_720, grossMinor: 1_720 });
  });

  it('choose the combination by what is paid with tax', () => {
    const rates = basket(
      [
        line('a', 1_000, 1, { taxRatePpm: VAT, categories: ['a'] }),
        line('b', 1_000, 1, { categories: ['b'] }),
      ],
      { taxMode: 'exclusive' },
    );
    const of = (category: string, amount: number) =>
      offer(
        amountOff(amount, { target: { scope: 'order', select: { include: { categories: [category] } } } }),
        {
          id: category,
          stacking: { mode: 'group', group: 'g', priority: 0 },
        },
      );
    const { decisions } = evaluateOffers([of('a', 100), of('b', 110)], { basket: rates });
    expect(decisions.map((decision) => decision.outcome)).toEqual(['accepted', 'refused']);
  });
});
