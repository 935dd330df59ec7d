/** Texts from numbers and instants, in the reader's language. Money never passes through a float. */

const DAY_MS = 86_400_000;

export type Formats = {
  readonly locale: string;
  readonly timeZone: string;
};

const numberFormats = new Map<string, Intl.NumberFormat>();

function moneyFormat(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale}|${currency}`;
  let format = numberFormats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, { style: 'currency', currency });
    numberFormats.set(key, format);
  }
  return format;
}

/** Minor units of a currency, as ECMA-402 takes them from ISO 4217. */
export function minorDigits(currency: string): number {
  return moneyFormat('en', currency).resolvedOptions().maximumFractionDigits ?? 2;
}

/** `1250` with two digits is `12.50`: exact text for `Intl` and for fields. */
export function decimalText(minor: number, digits: number): string {
  const sign = minor < 0 ? '-' : '';
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

export function formatMoney(minor: number, currency: string, locale: string): string {
  return moneyFormat(locale, currency).format(
    decimalText(minor, minorDigits(currency)) as Intl.StringNumericLiteral,
  );
}

/** `€5` for 5.00, but `€5.50` as it is: for tickets, where every character counts. */
export function formatWholeMoney(minor: number, currency: string, locale: string): string {
  const digits = minorDigits(currency);
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    trailingZeroDisplay: 'stripIfInteger',
  }).format(decimalText(minor, digits) as Intl.StringNumericLiteral);
}

/** The sign of a currency as the locale writes it, for the side of a field. */
export function currencySign(currency: string, locale: string): string {
  const part = moneyFormat(locale, currency)
    .formatToParts(0)
    .find((piece) => piece.type === 'currency');
  return part?.value ?? currency;
}

/**
 * Reads an amount as people type it: `12`, `12.5`, `12,50`, `1.234,50`. The last separator is the decimal one when no
 * more than `digits` digits follow it, else it groups thousands. Undefined when it is no amount, or finer than the
 * currency.
 */
export function parseAmount(text: string, digits: number): number | undefined {
  const plain = text.replace(/[\s\u00a0\u202f'’]/g, '');
  if (!/^\d[\d.,]*$/.test(plain)) return undefined;
  const last = Math.max(plain.lastIndexOf('.'), plain.lastIndexOf(','));
  const fraction = last < 0 ? '' : plain.slice(last + 1);
  const isDecimal = last >= 0 && fraction.length <= digits && plain.indexOf(plain[last] ?? '') === last;
  const whole = isDecimal ? plain.slice(0, last) : plain;
  if (!/^\d+$|^\d{1,3}(\.\d{3})+$|^\d{1,3}(,\d{3})+$/.test(whole)) return undefined;
  const minor = Number(whole.replace(/[.,]/g, '') + (isDecimal ? fraction : '').padEnd(digits, '0'));
  return Number.isSafeInteger(minor) ? minor : undefined;
}

export function formatPercent(basisPoints: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 }).format(
    decimalText(basisPoints, 4) as Intl.StringNumericLiteral,
  );
}

export function formatNumber(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

export function formatDateTime(at: number, { locale, timeZone }: Formats): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(at);
}

export function formatTime(at: number, { locale, timeZone }: Formats): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone }).format(at);
}

/** `today, 14:02`, `yesterday, 14:02`, or date and time: how people say when something happened. */
export function formatWhen(at: number, now: number, where: Formats): string {
  const days = Math.round(
    (Date.parse(dayOf(at, where.timeZone)) - Date.parse(dayOf(now, where.timeZone))) / DAY_MS,
  );
  if (Math.abs(days) > 1) return formatDateTime(at, where);
  const day = new Intl.RelativeTimeFormat(where.locale, { numeric: 'auto' }).format(days, 'day');
  return `${day}, ${formatTime(at, where)}`;
}

/** `Monday 09:00`: a wall time that recurs each week; it belongs to no zone. */
export function formatWeekdayTime(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  }).format(at);
}

/** A Monday: ISO weekday 1 of a week whose other days follow from it. */
const SOME_MONDAY = Date.UTC(2024, 0, 1);

/** ISO weekday 1 is Monday. */
export function formatWeekday(weekday: number, locale: string, length: 'short' | 'long'): string {
  return new Intl.DateTimeFormat(locale, { weekday: length, timeZone: 'UTC' }).format(
    SOME_MONDAY + (weekday - 1) * DAY_MS,
  );
}

/** `10:00` of any day; 1,440 is its end. */
export function formatMinuteOfDay(minute: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' }).format(
    SOME_MONDAY + minute * 60_000,
  );
}

/** A calendar day such as `2026-11-24`: it belongs to no zone. */
export function formatDay(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(
    Date.parse(`${day}T00:00:00Z`),
  );
}

/** `24 Nov`: for axes, where the year is known. */
export function formatShortDay(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    Date.parse(`${day}T00:00:00Z`),
  );
}

/** The calendar day of an instant in a zone, as `2026-11-24`. */
export function dayOf(at: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    timeZone,
  }).formatToParts(at);
  const part = (type: string) => parts.find((piece) => piece.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

const ageSteps = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** `3 min.`: how long something has waited, in its largest unit. */
export function formatAge(ms: number, locale: string): string {
  const [unit, size] = ageSteps.find(([, unitMs]) => ms >= unitMs) ?? ['second', 1_000];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(
    Math.floor(ms / size),
  );
}

const byteSteps = [
  ['gigabyte', 1_000_000_000],
  ['megabyte', 1_000_000],
  ['kilobyte', 1_000],
  ['byte', 1],
] as const;

/** `12 MB`: the size of files, as people read it. */
export function formatBytes(count: number, locale: string): string {
  const [unit, size] = byteSteps.find(([, bytes]) => count >= bytes) ?? ['byte', 1];
  const options = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale, options).format(count / size);
}
