import { expect, it } from 'vitest';
import { decideOn } from '../../../test/fixtures/engine.ts';

it('customer_required holds for any named customer', () => {
  const decision = decideOn({ type: 'customer_required' }, { facts: { customer: { id: 'c' } } });
  expect(decision.outcome).toBe('accepted');
  expect(decision.trace).toContainEqual({ check: 'customer_required', ok: true, facts: {} });
});
