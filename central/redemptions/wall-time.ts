import type { WallTime } from '../../shared/engine/types.ts';

const formats = new Map<string, Intl.DateTimeFormat>();
/** Zones come from offers: bounded, so that made-up aliases cannot fill the memory. */
const MAX_FORMATS = 200;
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The wall clock of a zone at an instant. `undefined`: this machine does not know the zone. */
export function wallTimeAt(zone: string, now: number): WallTime | undefined {
  let format = formats.get(zone);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        weekday: 'short',
        hourCycle: 'h23',
      });
    } catch {
      return undefined;
    }
    if (formats.size >= MAX_FORMATS) formats.clear();
    formats.set(zone, format);
  }
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(now)) part[type] = value;
  return {
    date: `${part.year}-${part.month}-${part.day}`,
    weekday: weekdays.indexOf(part.weekday ?? '') + 1,
    minuteOfDay: Number(part.hour) * 60 + Number(part.minute),
  };
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The first instant of the day of `zone` that `now` belongs to. Exact where the zone's days start on a minute. */
export function startOfDay(zone: string, now: number): number {
  const today = wallTimeAt(zone, now);
  if (today === undefined) return now - (now % DAY_MS);
  // The wall clock may have been set forward or back since midnight: look around the plain answer.
  const guess = now - (now % 60_000) - today.minuteOfDay * 60_000;
  for (const shift of [-HOUR_MS, 0, HOUR_MS]) {
    const at = wallTimeAt(zone, guess + shift);
    if (at?.date === today.date && wallTimeAt(zone, guess + shift - 60_000)?.date !== today.date)
      return guess + shift;
  }
  return guess;
}
