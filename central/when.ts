import { z } from 'zod';
import { endOfDay, startOfDate } from './reports/days.ts';

/** What a caller means by a time: an instant with its offset, or a day of the centre's time zone. */
export const whenText = z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
  error: 'not a day such as 2026-12-31, nor an instant with its offset such as 2026-12-31T18:00:00+01:00',
});

/** The instant itself, or the first of the day. */
export function startOf(when: string, zone: string): number {
  return isDay(when) ? startOfDate(zone, when) : Date.parse(when);
}

/** The instant itself, or the last of the day. */
export function endOf(when: string, zone: string): number {
  return isDay(when) ? endOfDay(zone, when) : Date.parse(when);
}

function isDay(when: string): boolean {
  return !when.includes('T');
}
