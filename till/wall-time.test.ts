import { describe, expect, it } from 'vitest';
import { createWallTimes, isKnownZone } from './wall-time.ts';

describe('the wall clock of a zone', () => {
  const { at } = createWallTimes();

  it.each([
    ['2026-11-24T22:59:00Z', 'Europe/Berlin', { date: '2026-11-24', weekday: 2, minuteOfDay: 23 * 60 + 59 }],
    ['2026-11-24T23:00:00Z', 'Europe/Berlin', { date: '2026-11-25', weekday: 3, minuteOfDay: 0 }],
    ['2026-03-29T00:59:00Z', 'Europe/Berlin', { date: '2026-03-29', weekday: 7, minuteOfDay: 119 }],
    ['2026-03-29T01:00:00Z', 'Europe/Berlin', { date: '2026-03-29', weekday: 7, minuteOfDay: 180 }],
    ['2026-10-25T01:30:00Z', 'Europe/Berlin', { date: '2026-10-25', weekday: 7, minuteOfDay: 150 }],
    ['2026-01-01T10:00:00Z', 'Pacific/Kiritimati', { date: '2026-01-02', weekday: 5, minuteOfDay: 0 }],
    [
      '2026-01-01T09:59:00Z',
      'Pacific/Honolulu',
      { date: '2025-12-31', weekday: 3, minuteOfDay: 23 * 60 + 59 },
    ],
    ['2026-06-01T00:00:00Z', 'Asia/Kathmandu', { date: '2026-06-01', weekday: 1, minuteOfDay: 345 }],
  ] as const)('shows %s in %s', (instant, zone, expected) => {
    expect(at(Date.parse(instant), zone)).toEqual(expected);
  });

  it('knows which zones this machine can show', () => {
    expect(isKnownZone('America/New_York')).toBe(true);
    expect(isKnownZone('Europe/Nowhere')).toBe(false);
  });
});
