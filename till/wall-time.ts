import type { WallTime } from '../shared/engine/types.ts';
import { assert } from '../shared/kernel/assert.ts';
import { MINUTE_MS } from '../shared/kernel/instant.ts';

const ISO_WEEKDAY: Readonly<Record<string, number>> = {
  Mon: 1,
  Tue: 2,
  Wed: 3,
  Thu: 4,
  Fri: 5,
  Sat: 6,
  Sun: 7,
};

export type WallTimes = {
  /** The wall clock of a zone. @throws for a zone that this machine does not know */
  at(instantMs: number, zone: string): WallTime;
};

export function isKnownZone(zone: string): boolean {
  try {
    formatterOf(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

type Zone = { readonly formatter: Intl.DateTimeFormat; minute: number; wallTime: WallTime | undefined };

/**
 * Making a formatter costs a thousand times more than using it, and using it more than judging a basket: each zone
 * keeps its own, and what it said for the last minute. No zone in use changes its offset inside a minute.
 */
export function createWallTimes(): WallTimes {
  const zones = new Map<string, Zone>();
  return {
    at(instantMs, name) {
      let zone = zones.get(name);
      if (!zone) {
        zone = { formatter: formatterOf(name), minute: Number.NaN, wallTime: undefined };
        zones.set(name, zone);
      }
      const minute = Math.floor(instantMs / MINUTE_MS);
      if (zone.minute === minute && zone.wallTime) return zone.wallTime;
      zone.minute = minute;
      zone.wallTime = read(zone.formatter, instantMs);
      return zone.wallTime;
    },
  };
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}

function read(formatter: Intl.DateTimeFormat, instantMs: number): WallTime {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of formatter.formatToParts(instantMs)) part[type] = value;
  const weekday = ISO_WEEKDAY[part.weekday ?? ''];
  assert(weekday && part.year && part.month && part.day, 'the formatter names every part');
  return {
    date: `${part.year.padStart(4, '0')}-${part.month}-${part.day}`,
    weekday,
    minuteOfDay: Number(part.hour) * 60 + Number(part.minute),
  };
}
