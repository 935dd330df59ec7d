import { describe, expect, it } from 'vitest';
import { decideOn, refusalOf } from '../../../test/fixtures/engine.ts';

describe('segments', () => {
  const condition = { type: 'segments', segments: ['vip', 'staff'] } as const;

  it('holds for a customer in any of the groups', () => {
    const customer = { id: 'c', segments: ['new', 'staff'] };
    const decision = decideOn(condition, { facts: { customer } });
    expect(decision.outcome).toBe('accepted');
    expect(decision.trace).toContainEqual({
      check: 'segments',
      ok: true,
      facts: { allowed: 'vip, staff', actual: 'new, staff' },
    });
  });

  it.each([{ segments: ['new'] }, {}])('refuses one who is in none: %j', (groups) => {
    const refusal = refusalOf(decideOn(condition, { facts: { customer: { id: 'c', ...groups } } }));
    expect(refusal).toEqual({
      code: 'wrong_segment',
      nextStep: 'none',
      params: { allowed: 'vip, staff', actual: groups.segments?.join() ?? '' },
    });
  });
});
