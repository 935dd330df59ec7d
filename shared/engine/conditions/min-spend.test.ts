import { describe, expect, it } from 'vitest';
import {
  amountOff,
  basket,
  decideOn,
  evaluateOffers,
  line,
  offer,
  percentOff,
  refusalOf,
} from '../../../test/fixtures/engine.ts';

const tea = { categories: ['tea'] };

describe('min_spend', () => {
  it('holds when the amount is reached exactly', () => {
    const decision = decideOn({ type: 'min_spend', amountMinor: 1_000, measure: 'before_discounts' });
    expect(decision.outcome).toBe('accepted');
    expect(decision.trace).toContainEqual({
      check: 'min_spend',
      ok: true,
      facts: { requiredMinor: 1_000, actualMinor: 1_000 },
    });
  });

  it('says how much more must be spent', () => {
    const decision = decideOn({ type: 'min_spend', amountMinor: 1_420, measure: 'before_discounts' });
    expect(refusalOf(decision)).toEqual({
      code: 'min_spend',
      nextStep: 'spend_more',
      params: { requiredMinor: 1_420, actualMinor: 1_000, missingMinor: 420 },
    });
  });

  it('counts only the selected goods, and none that may not be discounted', () => {
    const on = basket([
      line('a', 600, 1, tea),
      line('b', 900),
      line('c', 700, 1, { ...tea, discountable: false }),
    ]);
    const select = { include: tea };
    const condition = { type: 'min_spend', measure: 'before_discounts', select } as const;
    expect(decideOn({ ...condition, amountMinor: 600 }, { basket: on }).outcome).toBe('accepted');
    expect(refusalOf(decideOn({ ...condition, amountMinor: 601 }, { basket: on }))?.params.missingMinor).toBe(
      1,
    );
  });

  it('measures after the discounts of higher priority where the offer says so', () => {
    const first = offer(percentOff(5_000), { id: 'first', stacking: { mode: 'stackable', priority: 1 } });
    const second = (measure: 'before_discounts' | 'after_discounts') =>
      offer(amountOff(100), { id: 'second', conditions: [{ type: 'min_spend', amountMinor: 600, measure }] });
    const options = { combine: 'stack' } as const;
    const before = evaluateOffers([first, second('before_discounts')], { options });
    const after = evaluateOffers([first, second('after_discounts')], { options });
    expect(before.totals.payableMinor).toBe(400);
    expect(after.totals.payableMinor).toBe(500);
    expect(after.decisions[1] && refusalOf(after.decisions[1])).toMatchObject({
      code: 'min_spend',
      params: { actualMinor: 500, missingMinor: 100 },
    });
  });
});
