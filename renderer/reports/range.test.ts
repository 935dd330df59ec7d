import { expect, it } from 'vitest';
import { daysOf, rangeOf } from './range.ts';

it('names days as people do', () => {
  expect(rangeOf('today', '2026-03-01')).toEqual({ from: '2026-03-01', to: '2026-03-01' });
  expect(rangeOf('yesterday', '2026-03-01')).toEqual({ from: '2026-02-28', to: '2026-02-28' });
  expect(rangeOf('week', '2026-03-01')).toEqual({ from: '2026-02-23', to: '2026-03-01' });
  expect(rangeOf('month', '2026-03-01')).toEqual({ from: '2026-01-31', to: '2026-03-01' });
  expect(rangeOf('thisMonth', '2026-03-15')).toEqual({ from: '2026-03-01', to: '2026-03-15' });
  expect(rangeOf('lastMonth', '2028-03-15')).toEqual({ from: '2028-02-01', to: '2028-02-29' });
});

it('lists each day once, over the change of a clock too', () => {
  expect(daysOf({ from: '2026-10-24', to: '2026-10-26' }, 400)).toEqual([
    '2026-10-24',
    '2026-10-25',
    '2026-10-26',
  ]);
  expect(daysOf({ from: '2026-01-01', to: '2030-01-01' }, 5)).toHaveLength(5);
});
