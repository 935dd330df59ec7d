import { describe, expect, it } from 'vitest';
import { decideOn, refusalOf } from '../../../test/fixtures/engine.ts';

describe('attribute', () => {
  const condition = { type: 'attribute', attribute: 'payment', values: ['cash', 'voucher'] } as const;

  it('holds for one of the values', () => {
    const decision = decideOn(condition, { facts: { attributes: { payment: 'voucher' } } });
    expect(decision.outcome).toBe('accepted');
    expect(decision.trace).toContainEqual({
      check: 'attribute',
      ok: true,
      facts: { attribute: 'payment', allowed: 'cash, voucher', actual: 'voucher' },
    });
  });

  it.each([{ payment: 'card' }, {}])('refuses another value, or none: %j', (attributes) => {
    expect(refusalOf(decideOn(condition, { facts: { attributes } }))).toEqual({
      code: 'wrong_attribute',
      nextStep: 'none',
      params: { attribute: 'payment', allowed: 'cash, voucher', actual: attributes.payment ?? '' },
    });
  });

  it('refuses when no attributes are given at all', () => {
    expect(decideOn(condition).outcome).toBe('refused');
  });
});
