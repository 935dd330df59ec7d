import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-store.ts';
import * as format from './format.ts';

/** `en` on a British machine writes dates and times the British way. */
function regionalTag(language: string, preferred: readonly string[]): string {
  return preferred.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}

type FormatOptions = format.Formats & { readonly currency: string };

/** All formats of one reader, with currency and zone as defaults. */
export function createFormat({ locale, currency, timeZone }: FormatOptions) {
  const where = { locale, timeZone };
  return {
    locale,
    currency,
    money: (minor: number, of: string = currency) => format.formatMoney(minor, of, locale),
    wholeMoney: (minor: number, of: string = currency) => format.formatWholeMoney(minor, of, locale),
    percent: (basisPoints: number) => format.formatPercent(basisPoints, locale),
    bytes: (count: number) => format.formatBytes(count, locale),
    number: (value: number) => format.formatNumber(value, locale),
    dateTime: (at: number) => format.formatDateTime(at, where),
    when: (at: number) => format.formatWhen(at, Date.now(), where),
    time: (at: number) => format.formatTime(at, where),
    weekdayTime: (at: number) => format.formatWeekdayTime(at, locale),
    weekday: (weekday: number, length: 'short' | 'long' = 'long') =>
      format.formatWeekday(weekday, locale, length),
    minuteOfDay: (minute: number) => format.formatMinuteOfDay(minute, locale),
    day: (day: string) => format.formatDay(day, locale),
    shortDay: (day: string) => format.formatShortDay(day, locale),
    age: (ms: number) => format.formatAge(ms, locale),
  };
}

export type Format = ReturnType<typeof createFormat>;

/** Formats in the chosen language, with the location's currency and zone. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  const location = useApp((app) => (app.status?.phase === 'ready' ? app.status.location : undefined));
  const locale = regionalTag(i18n.language, navigator.languages);
  const currency = location?.currency ?? 'EUR';
  const timeZone = location?.timeZone ?? 'UTC';
  return useMemo(() => createFormat({ locale, currency, timeZone }), [locale, currency, timeZone]);
}
