/** Dates as GS1 writes them: two digits of year, month, day (GS1 General Specifications §3.4, §7.12). */

const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

function daysInMonth(year: number, month: number): number {
  if (month === 2 && year % 4 !== 0) return 28;
  return MONTH_DAYS[month - 1] ?? 0;
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  return day >= 1 && day <= daysInMonth(year, month);
}

/** Two digits of year suffice for the leap day: of the years that they can mean now, 2000 is the only century, and leap. */
export function isYymmdd(text: string): boolean {
  const match = /^(\d\d)(\d\d)(\d\d)$/.exec(text);
  return match !== null && isCalendarDay(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** As above; day 00 means that no day is given. */
export function isYymmd0(text: string): boolean {
  return text.endsWith('00') && text.length === 6 ? isYymmdd(`${text.slice(0, 4)}01`) : isYymmdd(text);
}

export function isYyyymmdd(text: string): boolean {
  const match = /^(\d{4})(\d\d)(\d\d)$/.exec(text);
  if (!match) return false;
  const year = Number(match[1]);
  const century = year % 100 === 0 && year % 400 !== 0;
  return isCalendarDay(century ? 1 : year, Number(match[2]), Number(match[3]));
}

export function isHhmm(text: string): boolean {
  return /^([01]\d|2[0-3])[0-5]\d$/.test(text);
}

/** §7.12: of the years that end in these digits, the one nearest to now: 49 years back at most, 50 ahead. */
export function fullYear(twoDigits: number, currentYear: number): number {
  const century = currentYear - (currentYear % 100);
  const ahead = twoDigits - (currentYear % 100);
  if (ahead >= 51) return century - 100 + twoDigits;
  return ahead <= -50 ? century + 100 + twoDigits : century + twoDigits;
}

/** `YYMMDD` as `YYYY-MM-DD`; day 00 is the last day of its month. `undefined` when it is no date. */
export function isoDate(yymmdd: string, currentYear: number): string | undefined {
  if (!isYymmd0(yymmdd)) return undefined;
  const year = fullYear(Number(yymmdd.slice(0, 2)), currentYear);
  const month = yymmdd.slice(2, 4);
  const day = yymmdd.slice(4);
  const written = day === '00' ? String(daysInMonth(year, Number(month))) : day;
  return `${year}-${month}-${written}`;
}
