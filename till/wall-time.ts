import type { WallTime } from '../shared/engine/types.ts';
import { assert } from '../shared/kernel/assert.ts';

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

/** Making a formatter costs a thousand times more than using it, so each zone's is kept. */
export function createWallTimes(): WallTimes {
  const formatters = new Map<string, Intl.DateTimeFormat>();
  return {
    at(instantMs, zone) {
      let formatter = formatters.get(zone);
      if (!formatter) {
        formatter = formatterOf(zone);
        formatters.set(zone, formatter);
      }
      return read(formatter, instantMs);
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
