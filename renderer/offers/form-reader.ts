import { parseAmount } from '../i18n/format.ts';
import type { OfferForm, OfferFormField } from './offer-form.ts';

/** A text of the catalogue under `offerForm.errors`. */
export type OfferFormError =
  | 'required'
  | 'percent'
  | 'percentDigits'
  | 'amount'
  | 'whole'
  | 'day'
  | 'days'
  | 'time'
  | 'times'
  | 'weekdays'
  | 'channels'
  | 'aboveTotal'
  | 'code'
  | 'codeSigns'
  | 'codeTaken'
  | 'domains'
  | 'items'
  | 'tiers'
  | 'belowMinimum'
  | 'priority';

type TextField = { [K in OfferFormField]: OfferForm[K] extends string ? K : never }[OfferFormField];

export type FormReader = {
  readonly errors: Partial<Record<OfferFormField, OfferFormError>>;
  /** The first mistake of a field is the one that is shown. */
  fail(field: OfferFormField, error: OfferFormError): void;
  /** Minor units above 0; undefined when the field is empty or wrong, which is then on record. */
  amount(field: TextField): number | undefined;
  /** A whole number from 1. */
  count(field: TextField): number | undefined;
  amountOf(field: OfferFormField, text: string): number | undefined;
  countOf(field: OfferFormField, text: string): number | undefined;
  percentOf(field: OfferFormField, text: string): number | undefined;
};

const MAX_COUNT = 1_000_000_000;
const PERCENT_DIGITS = 2;
const FULL_BP = 10_000;

export function formReader(form: OfferForm, digits: number): FormReader {
  const errors: Partial<Record<OfferFormField, OfferFormError>> = {};
  const fail = (field: OfferFormField, error: OfferFormError) => {
    errors[field] ??= error;
  };
  const amountOf = (field: OfferFormField, text: string) => {
    if (text.trim() === '') return undefined;
    const minor = parseAmount(text, digits);
    if (minor !== undefined && minor > 0) return minor;
    fail(field, 'amount');
    return undefined;
  };
  const countOf = (field: OfferFormField, text: string) => {
    const trimmed = text.trim();
    if (trimmed === '') return undefined;
    const count = /^\d{1,10}$/.test(trimmed) ? Number(trimmed) : 0;
    if (count >= 1 && count <= MAX_COUNT) return count;
    fail(field, 'whole');
    return undefined;
  };
  const percentOf = (field: OfferFormField, text: string) => {
    const bp = parseAmount(text, PERCENT_DIGITS);
    if (bp !== undefined && bp >= 1 && bp <= FULL_BP) return bp;
    // Three or more decimals read like thousands: say what is wrong with them.
    fail(field, /^\d{1,3}[.,]\d{3,}$/.test(text.trim()) ? 'percentDigits' : 'percent');
    return undefined;
  };
  return {
    errors,
    fail,
    amount: (field) => amountOf(field, form[field]),
    count: (field) => countOf(field, form[field]),
    amountOf,
    countOf,
    percentOf,
  };
}

/** `tea, coffee; cake`: what people type where several words are meant. */
export function listOf(text: string): string[] {
  const words = text
    .split(/[,;\n]/)
    .map((word) => word.trim())
    .filter((word) => word !== '');
  return [...new Set(words)];
}
