import { describe, expect, it } from 'vitest';
import { decideOn, refusalOf } from '../../../test/fixtures/engine.ts';

const zone = 'Europe/Madrid';
const at = (weekday: number, hour: number, minute = 0) => ({
  facts: { wallTimes: { [zone]: { date: '2026-11-24', weekday, minuteOfDay: hour * 60 + minute } } },
});

describe('hours', () => {
  const lunch = {
    type: 'hours',
    zone,
    windows: [{ weekdays: [1, 2, 3], fromMinute: 720, toMinute: 840 }],
  } as const;

  it('holds from the first minute of the window to the one before its end', () => {
    expect(decideOn(lunch, at(2, 12)).outcome).toBe('accepted');
    expect(decideOn(lunch, at(2, 13, 59)).outcome).toBe('accepted');
    expect(decideOn(lunch, at(2, 14)).outcome).toBe('refused');
    expect(decideOn(lunch, at(2, 11, 59)).outcome).toBe('refused');
  });

  it('holds on the named days only', () => {
    expect(decideOn(lunch, at(4, 12, 30)).outcome).toBe('refused');
  });

  it('says when it opens next: later today, on another day, or next week', () => {
    const opens = (weekday: number, hour: number) => refusalOf(decideOn(lunch, at(weekday, hour)))?.params;
    expect(opens(2, 9)).toEqual({ zone, weekday: 2, minuteOfDay: 540, opensWeekday: 2, opensMinute: 720 });
    expect(opens(2, 15)).toMatchObject({ opensWeekday: 3, opensMinute: 720 });
    expect(opens(3, 15)).toMatchObject({ opensWeekday: 1, opensMinute: 720 });
    expect(refusalOf(decideOn(lunch, at(3, 15)))).toMatchObject({
      code: 'outside_hours',
      nextStep: 'come_back',
    });
  });

  it('finds the nearest of several windows', () => {
    const windows = [
      { weekdays: [5], fromMinute: 600, toMinute: 700 },
      { weekdays: [4], fromMinute: 900, toMinute: 960 },
    ];
    const refusal = refusalOf(decideOn({ type: 'hours', zone, windows }, at(4, 10)));
    expect(refusal?.params).toMatchObject({ opensWeekday: 4, opensMinute: 900 });
  });

  it('runs past midnight into the day after the named one', () => {
    const late = {
      type: 'hours',
      zone,
      windows: [{ weekdays: [7], fromMinute: 1_320, toMinute: 120 }],
    } as const;
    expect(decideOn(late, at(7, 22)).outcome).toBe('accepted');
    expect(decideOn(late, at(1, 1, 59)).outcome).toBe('accepted');
    expect(decideOn(late, at(1, 2)).outcome).toBe('refused');
    expect(decideOn(late, at(7, 1)).outcome).toBe('refused');
    expect(decideOn(late, at(7, 21, 59)).outcome).toBe('refused');
    expect(
      decideOn({ ...late, windows: [{ weekdays: [3], fromMinute: 1_320, toMinute: 120 }] }, at(4, 1)).outcome,
    ).toBe('accepted');
  });

  it('names the zone that the caller forgot', () => {
    expect(() => decideOn(lunch)).toThrow('facts.wallTimes lacks the zone Europe/Madrid');
  });
});
