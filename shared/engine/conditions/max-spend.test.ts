import { describe, expect, it } from 'vitest';
import { basket, decideOn, line, refusalOf } from '../../../test/fixtures/engine.ts';

describe('max_spend', () => {
  it('holds up to the amount itself', () => {
    expect(decideOn({ type: 'max_spend', amountMinor: 1_000 }).outcome).toBe('accepted');
  });

  it('says how much is too much', () => {
    expect(refusalOf(decideOn({ type: 'max_spend', amountMinor: 990 }))).toEqual({
      code: 'max_spend',
      nextStep: 'spend_less',
      params: { allowedMinor: 990, actualMinor: 1_000, excessMinor: 10 },
    });
  });

  it('sums the selected goods only', () => {
    const on = basket([
      line('a', 500, 1, { brand: 'Acme' }),
      line('b', 400, 1, { brand: 'Acme' }),
      line('c', 9_000),
    ]);
    const select = { include: { brands: ['Acme'] } };
    expect(decideOn({ type: 'max_spend', amountMinor: 900, select }, { basket: on }).outcome).toBe(
      'accepted',
    );
    expect(decideOn({ type: 'max_spend', amountMinor: 899, select }, { basket: on }).outcome).toBe('refused');
  });
});
