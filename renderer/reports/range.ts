/** Calendar days as `2026-11-24`; counted in UTC because they belong to no zone. */

const DAY_MS = 86_400_000;

export const ranges = ['today', 'yesterday', 'week', 'month', 'thisMonth', 'lastMonth', 'own'] as const;
export type RangeName = (typeof ranges)[number];
export type Range = { readonly from: string; readonly to: string };

const WEEK_DAYS = 7;
const MONTH_DAYS = 30;

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The days that a name stands for, seen from `today`. Both are counted. */
export function rangeOf(name: Exclude<RangeName, 'own'>, today: string): Range {
  switch (name) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case 'week':
      return { from: addDays(today, 1 - WEEK_DAYS), to: today };
    case 'month':
      return { from: addDays(today, 1 - MONTH_DAYS), to: today };
    case 'thisMonth':
      return { from: firstOfMonth(today), to: today };
    case 'lastMonth': {
      const to = addDays(firstOfMonth(today), -1);
      return { from: firstOfMonth(to), to };
    }
  }
}

function firstOfMonth(day: string): string {
  return `${day.slice(0, 8)}01`;
}

/** Every day of a range, so that a quiet day is seen as a gap and not left out. */
export function daysOf({ from, to }: Range, max: number): string[] {
  const days: string[] = [];
  for (let day = from; day <= to && days.length < max; day = addDays(day, 1)) days.push(day);
  return days;
}
