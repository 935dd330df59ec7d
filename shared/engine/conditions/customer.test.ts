import { describe, expect, it } from 'vitest';
import { decideOn, refusalOf } from '../../../test/fixtures/engine.ts';
import type { Condition } from '../offer.ts';

const onCustomers: Condition[] = [
  { type: 'customer_required' },
  { type: 'segments', segments: ['vip'] },
  { type: 'email_domains', domains: ['acme.org'] },
  { type: 'first_purchase' },
  { type: 'nth_purchase', n: 3 },
];

describe('conditions on the customer', () => {
  it.each(onCustomers)('ask who it is while nobody is named: $type', (condition) => {
    expect(refusalOf(decideOn(condition))).toEqual({
      code: 'customer_required',
      nextStep: 'identify_customer',
      params: {},
    });
  });
});
