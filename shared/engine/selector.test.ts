import { describe, expect, it } from 'vitest';
import { line } from '../../test/fixtures/engine.ts';
import type { Selector } from './offer.ts';
import { SelectorPool, selects } from './selector.ts';

const goods = line('a', 500, 1, { categories: ['tea', 'green'], brand: 'Acme', tags: ['new'] });

function matches(selector: Selector | undefined, on = goods, skipReduced = false): boolean {
  return selects(new SelectorPool().prepare(selector, skipReduced), on);
}

describe('a selector', () => {
  it('takes everything when it names nothing, save what may not be discounted', () => {
    expect(matches(undefined)).toBe(true);
    expect(matches({})).toBe(true);
    expect(matches(undefined, { ...goods, discountable: false })).toBe(false);
    expect(matches(undefined, { ...goods, discountable: true })).toBe(true);
  });

  it('leaves reduced goods alone where asked', () => {
    expect(matches(undefined, { ...goods, reduced: true }, true)).toBe(false);
    expect(matches(undefined, { ...goods, reduced: true }, false)).toBe(true);
    expect(matches(undefined, { ...goods, reduced: false }, true)).toBe(true);
  });

  it.each([
    [{ skus: ['x', 'sku-a'] }, { skus: ['x'] }],
    [{ categories: ['x', 'green'] }, { categories: ['x'] }],
    [{ brands: ['Acme', 'x'] }, { brands: ['x'] }],
    [{ tags: ['new'] }, { tags: ['old'] }],
    [{ unitPriceFromMinor: 500 }, { unitPriceFromMinor: 501 }],
    [{ unitPriceToMinor: 500 }, { unitPriceToMinor: 499 }],
  ])('matches any entry of a list, and refuses others: %j', (yes, no) => {
    expect(matches({ include: yes })).toBe(true);
    expect(matches({ include: no })).toBe(false);
    expect(matches({ exclude: yes })).toBe(false);
    expect(matches({ exclude: no })).toBe(true);
    expect(matches({ include: yes, exclude: yes })).toBe(false);
  });

  it('wants every list to match', () => {
    expect(matches({ include: { brands: ['Acme'], categories: ['tea'] } })).toBe(true);
    expect(matches({ include: { brands: ['Acme'], categories: ['mugs'] } })).toBe(false);
  });

  it('does not match what a line does not say', () => {
    const bare = line('b', 500);
    expect(matches({ include: { brands: ['Acme'] } }, bare)).toBe(false);
    expect(matches({ include: { categories: ['tea'] } }, bare)).toBe(false);
    expect(matches({ include: { tags: ['new'] } }, bare)).toBe(false);
    expect(matches({ exclude: { tags: ['new'] } }, bare)).toBe(true);
  });

  it('is prepared once for all that say the same', () => {
    const pool = new SelectorPool();
    const one = pool.prepare({ include: { skus: ['a'] } }, false);
    expect(pool.prepare({ include: { skus: ['a'] } }, false)).toBe(one);
    expect(pool.prepare({ include: { skus: ['a'] } }, true)).not.toBe(one);
    expect(pool.prepare({ exclude: { skus: ['a'] } }, false)).not.toBe(one);
    expect(pool.size).toBe(3);
  });
});
