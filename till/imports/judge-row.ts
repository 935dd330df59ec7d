import { canonicalCode } from '../../shared/codes/canonical-code.ts';
import type { ImportSettings, RowFault } from '../../shared/contracts/operations/imports.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import { minorDigits } from '../../shared/kernel/currency.ts';

/** A code that a row of a file gives, and how often it may be used; `null`: as often as the offer allows. */
export type GoodRow = { readonly code: string; readonly uses: number | null };

const MAX_USES = 1_000_000;
const BASIS_POINTS_DIGITS = 2;

export function judgeRow(
  row: readonly string[],
  { columns, usesPerCode }: ImportSettings,
  offer: Offer,
  now: number,
): GoodRow | RowFault {
  const cell = (at: number | undefined) => (at === undefined ? '' : (row[at] ?? '').trim());
  const text = cell(columns.code);
  if (text === '') return 'empty';
  const code = canonicalCode(text);
  if (code === undefined) return 'malformed';
  const limit = wholeNumber(cell(columns.uses));
  const used = wholeNumber(cell(columns.used));
  if (Number.isNaN(limit) || Number.isNaN(used)) return 'bad_number';
  if (hasEnded(cell(columns.expires), now)) return 'expired';
  if (!hasTerms(cell(columns.discountType), cell(columns.amount), offer)) return 'other_terms';
  // A limit of nought is how shops write "no limit".
  const allowed = limit === undefined ? usesPerCode : limit === 0 ? undefined : limit;
  if (allowed === undefined) return { code, uses: null };
  const left = allowed - (used ?? 0);
  return left <= 0 ? 'used_up' : { code, uses: Math.min(left, MAX_USES) };
}

/** `undefined`: an empty cell. */
function wholeNumber(text: string): number | undefined {
  if (text === '') return undefined;
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2})?)?/;
const DAY_MS = 86_400_000;

/** A date, or Unix seconds. One that cannot be read is no end: the offer's own dates hold in any case. */
function hasEnded(text: string, now: number): boolean {
  if (/^\d{9,11}$/.test(text)) return Number(text) * 1_000 < now;
  const [, year, month, day] = DAY.exec(text) ?? [];
  return day !== undefined && Date.UTC(Number(year), Number(month) - 1, Number(day)) + DAY_MS < now;
}

/** Whether a row's discount is what the offer gives. Rows that do not say are taken. */
function hasTerms(type: string, amount: string, offer: Offer): boolean {
  if (type === '' || amount === '') return true;
  const [benefit] = offer.benefits;
  const kind = type.toLowerCase().replaceAll(' ', '_');
  if (benefit?.type === 'percent') {
    return kind.startsWith('percent') && decimal(amount, BASIS_POINTS_DIGITS) === benefit.percentBp;
  }
  if (benefit?.type === 'fixed') {
    return kind.startsWith('fixed') && decimal(amount, minorDigits(offer.currency)) === benefit.amountMinor;
  }
  return false;
}

/** `12.5` with two digits is 1250; exact, because it stays text. */
function decimal(text: string, digits: number): number {
  const [, whole = '', part = ''] = /^(\d{1,9})(?:[.,](\d+))?$/.exec(text) ?? [];
  if (whole === '' || part.slice(digits).replace(/0/g, '') !== '') return Number.NaN;
  return Number(whole + part.slice(0, digits).padEnd(digits, '0'));
}
