import { describe, expect, it } from 'vitest';
import { basket, decideOn, line, type Scenario } from '../../../test/fixtures/engine.ts';
import type { Condition } from '../offer.ts';

const zone = 'UTC';
const noon: Scenario = {
  facts: { wallTimes: { [zone]: { date: '2026-01-01', weekday: 4, minuteOfDay: 720 } } },
};
const vip: Scenario = {
  facts: { customer: { id: 'c', segments: ['vip'], emailDomain: 'acme.org', purchases: 0 } },
};
const other: Scenario = {
  facts: { customer: { id: 'c', segments: ['new'], emailDomain: 'acme.net', purchases: 5 } },
};
const window = (fromMinute: number) => [{ weekdays: [4], fromMinute, toMinute: fromMinute + 60 }];

/** A condition that holds, one of the same kind that does not, and where each is judged. */
const kinds: [Condition, Condition, Scenario, Scenario][] = [
  [
    { type: 'min_spend', amountMinor: 1, measure: 'before_discounts' },
    { type: 'min_spend', amountMinor: 1_001, measure: 'before_discounts' },
    {},
    {},
  ],
  [{ type: 'max_spend', amountMinor: 1_000 }, { type: 'max_spend', amountMinor: 1 }, {}, {}],
  [{ type: 'min_quantity', qty: 1 }, { type: 'min_quantity', qty: 9 }, {}, {}],
  [{ type: 'has_items', select: {} }, { type: 'has_items', select: { include: { skus: ['x'] } } }, {}, {}],
  [{ type: 'channels', channels: ['pos'] }, { type: 'channels', channels: ['web'] }, {}, {}],
  [
    { type: 'locations', locationIds: ['n'] },
    { type: 'locations', locationIds: ['s'] },
    { facts: { locationId: 'n' } },
    { facts: { locationId: 'n' } },
  ],
  [{ type: 'segments', segments: ['vip'] }, { type: 'segments', segments: ['vip'] }, vip, other],
  [
    { type: 'email_domains', domains: ['acme.org'] },
    { type: 'email_domains', domains: ['acme.org'] },
    vip,
    other,
  ],
  [{ type: 'customer_required' }, { type: 'customer_required' }, vip, {}],
  [{ type: 'first_purchase' }, { type: 'first_purchase' }, vip, other],
  [{ type: 'nth_purchase', n: 1 }, { type: 'nth_purchase', n: 1 }, vip, other],
  [{ type: 'hours', zone, windows: window(690) }, { type: 'hours', zone, windows: window(780) }, noon, noon],
  [
    { type: 'attribute', attribute: 'a', values: ['1'] },
    { type: 'attribute', attribute: 'a', values: ['2'] },
    { facts: { attributes: { a: '1' } } },
    { facts: { attributes: { a: '1' } } },
  ],
];

describe('every kind of condition', () => {
  it.each(kinds)(
    'stands in the trace under its name, held or not: %j',
    (holding, failing, where, elsewhere) => {
      const held = decideOn(holding, where);
      expect(held.outcome).toBe('accepted');
      expect(held.trace.filter((step) => step.check === holding.type)).toMatchObject([{ ok: true }]);
      const failed = decideOn(failing, elsewhere);
      expect(failed.outcome).toBe('refused');
      expect(failed.trace.at(-1)).toMatchObject({ check: failing.type, ok: false });
    },
  );

  it.each(
    kinds.filter(([holding]) =>
      ['segments', 'email_domains', 'first_purchase', 'nth_purchase'].includes(holding.type),
    ),
  )('names itself when it asks for the customer: %j', (holding) => {
    expect(decideOn(holding).trace.at(-1)).toEqual({ check: holding.type, ok: false, facts: {} });
  });

  it('is judged on the goods of this basket', () => {
    const on = basket([line('a', 1, 1), line('b', 1_000, 3)]);
    expect(decideOn({ type: 'min_quantity', qty: 4 }, { basket: on }).outcome).toBe('accepted');
  });
});
