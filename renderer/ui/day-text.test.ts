import { describe, expect, it } from 'vitest';
import { addMonths, dayText, isDay, readDay, weeksOf } from './day-text.ts';

describe('a day', () => {
  it.each([
    ['24/11/2026', 'en-GB'],
    ['11/24/2026', 'en-US'],
    ['24.11.2026', 'de'],
    ['24/11/2026', 'es'],
  ])('is written and read as %s in %s', (text, locale) => {
    expect(dayText('2026-11-24', locale)).toBe(text);
    expect(readDay(text, locale)).toBe('2026-11-24');
  });

  it.each([
    ['24.11.26', '2026-11-24'],
    ['1. 2. 2027', '2027-02-01'],
    ['1-2-2027', '2027-02-01'],
    ['2027-02-01', '2027-02-01'],
    ['31.02.2027', undefined],
    ['24.11.', undefined],
    ['tomorrow', undefined],
    ['11.24.2026', undefined],
    ['', undefined],
  ])('typed as %j in German is %j', (text, day) => {
    expect(readDay(text, 'de')).toBe(day);
  });

  it('is none when the calendar has no such day', () => {
    expect(isDay('2028-02-29')).toBe(true);
    expect(isDay('2027-02-29')).toBe(false);
    expect(isDay('2027-13-01')).toBe(false);
  });
});

describe('the page of a month', () => {
  it('begins its weeks as the language does', () => {
    expect(weeksOf('2026-11', 1)[0]).toEqual([...Array(6).fill(undefined), '2026-11-01']);
    expect(weeksOf('2026-11', 7)[0]?.[0]).toBe('2026-11-01');
    expect(weeksOf('2026-11', 1).at(-1)?.[0]).toBe('2026-11-30');
    expect(weeksOf('2027-02', 1)).toHaveLength(4);
  });

  it('follows the one before across years', () => {
    expect(addMonths('2026-12', 1)).toBe('2027-01');
    expect(addMonths('2026-01', -1)).toBe('2025-12');
  });
});
