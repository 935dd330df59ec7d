import { describe, expect, it } from 'vitest';
import { decideOn, refusalOf } from '../../../test/fixtures/engine.ts';

describe('first_purchase', () => {
  const decide = (purchases: number) =>
    decideOn({ type: 'first_purchase' }, { facts: { customer: { id: 'c', purchases } } });

  it('holds for who has never bought', () => {
    expect(decide(0).outcome).toBe('accepted');
  });

  it('refuses who has', () => {
    expect(refusalOf(decide(1))).toEqual({
      code: 'not_first_purchase',
      nextStep: 'none',
      params: { purchases: 1 },
    });
  });
});
