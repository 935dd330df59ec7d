import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase45, encodeBase45 } from './base45.ts';

describe('base45', () => {
  it('gives the examples of RFC 9285', () => {
    for (const [text, encoded] of [
      ['AB', 'BB8'],
      ['Hello!!', '%69 VD92EX0'],
      ['base-45', 'UJCLQE7W581'],
    ] as const) {
      expect(encodeBase45(Buffer.from(text))).toBe(encoded);
    }
  });

  it('brings bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const read = decodeBase45(encodeBase45(bytes));
        return read.ok && Buffer.from(read.value).equals(Buffer.from(bytes));
      }),
    );
  });

  it.each([
    ['GGW', 'overflow'],
    [':::', 'overflow'],
    ['U5', 'ok'],
    ['V5', 'overflow'],
    ['A', 'length'],
    ['bb8', 'invalid_symbol'],
    ['A😀', 'invalid_symbol'],
  ])('judges %j: %s', (text, verdict) => {
    const read = decodeBase45(text);
    expect(read.ok ? 'ok' : read.error).toBe(verdict);
  });
});
