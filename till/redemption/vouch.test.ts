import { describe, expect, it } from 'vitest';
import type { SignedIn } from '../handlers.ts';
import { HOLD_MS } from './holds.ts';
import { stillVouched, vouchNow } from './vouch.ts';

// Only the id is looked at.
const kim = { operatorId: 'kim' } as SignedIn;
const ada = { operatorId: 'ada' } as SignedIn;

describe("a manager's word", () => {
  const word = vouchNow(kim, 'marco', ['c1'], 1_000);

  it('names its codes and holds as long as a hold', () => {
    expect(word).toMatchObject({ managerId: 'marco', couponIds: ['c1'] });
    expect(stillVouched(word, kim, 1_000 + HOLD_MS - 1)).toBe(word);
    expect(stillVouched(word, kim, 1_000 + HOLD_MS)).toBeUndefined();
  });

  it('is for the operator who asked', () => {
    expect(stillVouched(word, ada, 1_001)).toBeUndefined();
    expect(stillVouched(undefined, kim, 1_001)).toBeUndefined();
  });
});
