import { describe, expect, it } from 'vitest';
import { decideOn, refusalOf } from '../../../test/fixtures/engine.ts';

describe('nth_purchase', () => {
  const decide = (purchases: number) =>
    decideOn({ type: 'nth_purchase', n: 3 }, { facts: { customer: { id: 'c', purchases } } });

  it('counts this purchase', () => {
    expect(decide(2).outcome).toBe('accepted');
  });

  it('asks to come back before it, and does not after it', () => {
    const early = refusalOf(decide(1));
    expect(early).toEqual({
      code: 'wrong_purchase_count',
      nextStep: 'come_back',
      params: { required: 3, actual: 2 },
    });
    expect(refusalOf(decide(3))?.nextStep).toBe('none');
  });
});
