import { describe, expect, it } from 'vitest';
import { startOfDay } from './day-bounds.ts';
import { createWallTimes } from './wall-time.ts';

const { at } = createWallTimes();

describe('a day of a zone begins', () => {
  it.each([
    ['2026-11-24', 'Europe/Berlin', '2026-11-23T23:00Z'],
    ['2026-07-01', 'Europe/Berlin', '2026-06-30T22:00Z'],
    ['2026-11-24', 'Pacific/Kiritimati', '2026-11-23T10:00Z'],
    ['2026-11-24', 'America/Los_Angeles', '2026-11-24T08:00Z'],
    ['2026-11-24', 'Asia/Kathmandu', '2026-11-23T18:15Z'],
    // Midnight did not happen there on that day: the clock went from 23:59 to 01:00.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00Z'],
  ])('%s in %s at %s', (day, zone, instant) => {
    expect(new Date(startOfDay(at, day, zone)).toISOString()).toBe(new Date(instant).toISOString());
  });
});
