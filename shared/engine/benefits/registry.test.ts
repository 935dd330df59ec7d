import { describe, expect, it } from 'vitest';
import { amountOff, percentOff } from '../../../test/fixtures/engine.ts';
import type { Benefit, Target } from '../offer.ts';
import { shapeOfBenefit, stageOfBenefit } from './registry.ts';

const items: Target = { scope: 'items' };
const order: Target = { scope: 'order' };
const shipping: Target = { scope: 'shipping' };
const picked: Target = { scope: 'items', units: { pick: 'cheapest', maxUnits: 1 } };
const tiers = (more: object): Benefit => ({
  type: 'tiered',
  measure: 'spend',
  tiers: [{ from: 1, percentBp: 1 }],
  target: items,
  base: 'original',
  ...more,
});
const price = (more: object): Benefit => ({ type: 'fixed_price', priceMinor: 1, target: items, ...more });

describe('what the search may assume of a benefit', () => {
  it.each<[string, Benefit, string, string]>([
    ['a percentage of each line', percentOff(1), 'items', 'line'],
    ['a capped one ties the lines together', percentOff(1, { maxDiscountMinor: 1 }), 'items', 'spread'],
    ['a percentage of the order', percentOff(1, { target: order }), 'order', 'spread'],
    ['a percentage of picked units', percentOff(1, { target: picked }), 'items', 'pick'],
    ['a percentage of delivery', percentOff(1, { target: shipping }), 'shipping', 'shipping'],
    ['an amount on each line', amountOff(1, { per: 'line', target: items }), 'items', 'line'],
    [
      'a capped amount on each unit',
      amountOff(1, { per: 'unit', target: items, maxDiscountMinor: 1 }),
      'items',
      'spread',
    ],
    ['one amount over items', amountOff(1, { target: items }), 'items', 'spread'],
    ['one amount over the order', amountOff(1), 'order', 'spread'],
    ['one amount over picked units', amountOff(1, { target: picked }), 'items', 'pick'],
    ['a price for each item', price({}), 'items', 'line'],
    ['a capped price', price({ maxDiscountMinor: 1 }), 'items', 'spread'],
    ['a price for the order', price({ target: order }), 'order', 'spread'],
    ['tiers of percentages', tiers({}), 'items', 'line'],
    ['capped tiers', tiers({ maxDiscountMinor: 1 }), 'items', 'spread'],
    [
      'a tier of an amount',
      tiers({
        tiers: [
          { from: 1, percentBp: 1 },
          { from: 2, amountMinor: 1 },
        ],
      }),
      'items',
      'spread',
    ],
    ['free delivery', { type: 'free_shipping' }, 'shipping', 'shipping'],
    ['a bundle', { type: 'bundle_price', qty: 2, priceMinor: 1, pick: 'first' }, 'items', 'pick'],
    [
      'buy and get',
      { type: 'buy_get', buy: { qty: 1 }, get: { qty: 1, pick: 'first' }, percentBp: 1 },
      'items',
      'pick',
    ],
  ])('%s', (_what, benefit, stage, shape) => {
    expect([stageOfBenefit(benefit), shapeOfBenefit(benefit)]).toEqual([stage, shape]);
  });
});
