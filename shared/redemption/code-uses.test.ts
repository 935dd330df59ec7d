import { describe, expect, it } from 'vitest';
import { excessUses, freeUses, unspentUses } from './code-uses.ts';

describe('how often a code may still be used', () => {
  it.each([
    [
      { maxUses: 1, used: 0, held: 0 },
      { free: 1, unspent: 1, excess: 0 },
    ],
    [
      { maxUses: 1, used: 0, held: 1 },
      { free: 0, unspent: 1, excess: 0 },
    ],
    [
      { maxUses: 1, used: 1, held: 1 },
      { free: 0, unspent: 0, excess: 0 },
    ],
    [
      { maxUses: 1, used: 2, held: 0 },
      { free: 0, unspent: 0, excess: 1 },
    ],
    [
      { maxUses: null, used: 9, held: 9 },
      { free: Infinity, unspent: Infinity, excess: 0 },
    ],
    [
      { used: 9, held: 9 },
      { free: Infinity, unspent: Infinity, excess: 0 },
    ],
  ])('%j is %j', (code, expected) => {
    expect({ free: freeUses(code), unspent: unspentUses(code), excess: excessUses(code) }).toEqual(expected);
  });
});
