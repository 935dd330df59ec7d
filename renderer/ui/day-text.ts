/** Calendar days as people write them in their language, and as the ledger does: `2026-11-24`. */

type Part = 'day' | 'month' | 'year';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const CENTURY = 2_000;

export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  // 31 February is no day, though a date would be made of it.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** In figures, with a year of four: `24/11/2026`. */
export function dayText(day: string, locale: string): string {
  return figures(locale).format(Date.parse(`${day}T00:00:00Z`));
}

/**
 * Reads `24.11.2026`, `24/11/26` or `24 11 2026` in the order of the language, and `2026-11-24` in every one.
 * @returns the day, or undefined when it is none
 */
export function readDay(text: string, locale: string): string | undefined {
  const trimmed = text.trim();
  if (isDay(trimmed)) return trimmed;
  const numbers = trimmed.match(/\d+/g) ?? [];
  if (numbers.length !== 3 || !/^\d+\D{1,3}\d+\D{1,3}\d+\D?$/.test(trimmed)) return undefined;
  const value = { day: 0, month: 0, year: 0 };
  for (const [i, part] of orderOf(locale).entries()) value[part] = Number(numbers[i]);
  const year = value.year < 100 ? value.year + CENTURY : value.year;
  const pad = (number: number, digits = 2) => String(number).padStart(digits, '0');
  const day = `${pad(year, 4)}-${pad(value.month)}-${pad(value.day)}`;
  return isDay(day) ? day : undefined;
}

function figures(locale: string): Intl.DateTimeFormat {
  const options = { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(locale, options);
}

function orderOf(locale: string): Part[] {
  return figures(locale)
    .formatToParts(0)
    .flatMap(({ type }) => (type === 'day' || type === 'month' || type === 'year' ? [type] : []));
}

/** The weeks that a month's page shows, from the language's first weekday; undefined outside the month. */
export function weeksOf(month: string, firstWeekday: number): (string | undefined)[][] {
  const start = new Date(`${month}-01T00:00:00Z`);
  const before = (start.getUTCDay() - (firstWeekday % 7) + 7) % 7;
  const days: (string | undefined)[] = Array.from({ length: before }, () => undefined);
  for (const day = start; day.toISOString().startsWith(month); day.setUTCDate(day.getUTCDate() + 1)) {
    days.push(day.toISOString().slice(0, 10));
  }
  const weeks: (string | undefined)[][] = [];
  for (let i = 0; i < days.length; i += 7) weeks.push(Array.from({ length: 7 }, (_, j) => days[i + j]));
  return weeks;
}

/** `2026-12` after `2026-11`. */
export function addMonths(month: string, count: number): string {
  const date = new Date(`${month}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + count);
  return date.toISOString().slice(0, 7);
}

/** ISO weekday on which weeks begin: Monday in Spain, Sunday in the United States. */
export function firstWeekdayOf(locale: string): number {
  const tag = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?: () => { firstDay: number } };
  return tag.getWeekInfo?.().firstDay ?? 1;
}
