import { describe, expect, it } from 'vitest';
import { decideOn, refusalOf } from '../../../test/fixtures/engine.ts';

describe('locations', () => {
  const condition = { type: 'locations', locationIds: ['north', 'south'] } as const;

  it('holds in one of the named shops', () => {
    expect(decideOn(condition, { facts: { locationId: 'south' } }).outcome).toBe('accepted');
  });

  it('refuses in another shop, naming those where it holds', () => {
    expect(refusalOf(decideOn(condition, { facts: { locationId: 'east' } }))).toEqual({
      code: 'wrong_location',
      nextStep: 'use_elsewhere',
      params: { locationId: 'east', allowed: 'north, south' },
    });
  });

  it('refuses where there is no shop, as on the web', () => {
    expect(refusalOf(decideOn(condition))).toMatchObject({
      code: 'wrong_location',
      params: { locationId: '' },
    });
  });
});
