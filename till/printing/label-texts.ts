import type { Language } from '../../shared/contracts/common.ts';
import type { Benefit, Offer } from '../../shared/engine/offer.ts';

/** The few words that stand on a label, in the language of the location. */
type Words = {
  off(amount: string): string;
  freeShipping: string;
  from(amount: string): string;
  until(day: string): string;
  /** On what was printed before. */
  copy: string;
  /** In `Intl`'s tongue. */
  locale: string;
};

const words: Readonly<Record<Language, Words>> = {
  en: {
    off: (amount) => `${amount} off`,
    freeShipping: 'Free delivery',
    from: (amount) => `from ${amount}`,
    until: (day) => `Valid until ${day}`,
    copy: 'COPY',
    locale: 'en-GB',
  },
  de: {
    off: (amount) => `${amount} Rabatt`,
    freeShipping: 'Lieferung frei',
    from: (amount) => `ab ${amount}`,
    until: (day) => `Gültig bis ${day}`,
    copy: 'KOPIE',
    locale: 'de-DE',
  },
  es: {
    off: (amount) => `${amount} de descuento`,
    freeShipping: 'Envío gratis',
    from: (amount) => `desde ${amount}`,
    until: (day) => `Válido hasta el ${day}`,
    copy: 'COPIA',
    locale: 'es-ES',
  },
};

export const copyMark = (language: Language): string => words[language].copy;
export const localeOf = (language: Language): string => words[language].locale;

const BASIS_POINTS = 10_000;
const SEPARATOR = ' · ';

/** What the customer gets, and from what spend: `10 % off · from €25.00`. Empty when the name has to say it. */
export function termsLine(offer: Offer, language: Language): string {
  const parts = offer.benefits.map((benefit) => benefitText(benefit, offer.currency, language));
  for (const condition of offer.conditions) {
    if (condition.type === 'min_spend') {
      parts.push(words[language].from(moneyText(condition.amountMinor, offer.currency, language)));
    }
  }
  return parts.filter((part) => part !== '').join(SEPARATOR);
}

function benefitText(benefit: Benefit, currency: string, language: Language): string {
  const { off, freeShipping, locale } = words[language];
  switch (benefit.type) {
    case 'percent': {
      const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 });
      return off(percent.format(benefit.percentBp / BASIS_POINTS));
    }
    case 'fixed':
      return benefit.per === 'total' ? off(moneyText(benefit.amountMinor, currency, language)) : '';
    case 'free_shipping':
      return freeShipping;
    default:
      return '';
  }
}

/** The amount as exact decimal text: money never passes through a float. */
export function moneyText(minor: number, currency: string, language: Language): string {
  const format = new Intl.NumberFormat(words[language].locale, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 0;
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  const major = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  // Digits with a point, as built above; the compiler cannot know.
  return format.format(`${minor < 0 ? '-' : ''}${major}` as Intl.StringNumericLiteral);
}

/** The earliest of the offer's ends for a code issued at `issuedAt`. Empty without an end. */
export function expiryLine(
  offer: Offer,
  issuedAt: number,
  location: { readonly language: Language; readonly timeZone: string },
): string {
  const { endsAt, days, afterIssueMs } = offer.validity;
  const { until, locale } = words[location.language];
  const instants = [endsAt, afterIssueMs === undefined ? undefined : issuedAt + afterIssueMs];
  const ends = instants.filter((end) => end !== undefined);
  if (ends.length > 0) {
    const end = Math.min(...ends);
    const dayOfEnd = isoDay(end, location.timeZone);
    if (days?.last === undefined || dayOfEnd <= days.last) {
      return until(instantText(end, locale, location.timeZone));
    }
  }
  if (days?.last === undefined) return '';
  const noon = Date.parse(`${days.last}T12:00:00Z`);
  return until(new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(noon));
}

function isoDay(instant: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone }).format(instant);
}

/** An end that is the last moment of a day is named by its day alone. */
function instantText(end: number, locale: string, timeZone: string): string {
  const dateOnly =
    isoDay(end, timeZone) !== isoDay(end + 1, timeZone) ||
    isoDay(end, timeZone) !== isoDay(end + 1_000, timeZone);
  const style = dateOnly ? {} : { timeStyle: 'short' as const };
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', ...style, timeZone }).format(end);
}
