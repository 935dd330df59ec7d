import { describe, expect, it } from 'vitest';
import { basket, decideOn, line, refusalOf } from '../../../test/fixtures/engine.ts';

describe('has_items', () => {
  const condition = { type: 'has_items', select: { include: { skus: ['sku-b'] } } } as const;

  it('wants one of the goods in the basket', () => {
    const decision = decideOn(condition, { basket: basket([line('a', 100), line('b', 100)]) });
    expect(decision.outcome).toBe('accepted');
    expect(decision.trace).toContainEqual({ check: 'has_items', ok: true, facts: { matchingLines: 1 } });
  });

  it('asks to add some otherwise', () => {
    expect(refusalOf(decideOn(condition))).toEqual({
      code: 'no_matching_items',
      nextStep: 'add_items',
      params: { matchingLines: 0 },
    });
  });
});
