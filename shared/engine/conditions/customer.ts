import type { NextStep, Params, RefusalCode } from '../types.ts';
import { fails, type Verdict } from './condition.ts';

/** Conditions on the customer refuse alike while nobody knows who that is. */
export function unknownCustomer(check: string): Verdict {
  return fails(check, 'customer_required', 'identify_customer', {});
}

export function wrongCustomer(
  check: string,
  code: RefusalCode,
  facts: Params,
  nextStep: NextStep = 'none',
): Verdict {
  return fails(check, code, nextStep, facts);
}
