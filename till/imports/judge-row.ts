import { canonicalCode } from '../../shared/codes/canonical-code.ts';
import type { ImportSettings, RowFault, RowNote } from '../../shared/contracts/operations/imports.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import { minorDigits } from '../../shared/kernel/currency.ts';
import { DAY_MS, SECOND_MS } from '../../shared/kernel/instant.ts';

/** A code that a row of a file gives, and how often it may be used; `null`: as often as the offer allows. */
export type GoodRow = { readonly code: string; readonly uses: number | null };
/** Besides, what the row says of it that a code here cannot keep. */
export type TakenRow = GoodRow & { readonly notes: readonly RowNote[] };

export type Terms = {
  readonly offer: Offer;
  /** UTC milliseconds of the offer's last instant; infinite without one. */
  readonly offerEndsAt: number;
  /** UTC milliseconds. */
  readonly now: number;
};

const MAX_USES = 1_000_000;
const BASIS_POINTS_DIGITS = 2;
const ACTIVE: ReadonlySet<string> = new Set(['', 'publish', 'published', 'active', 'enabled']);

export function judgeRow(
  row: readonly string[],
  { columns, usesPerCode }: ImportSettings,
  { offer, offerEndsAt, now }: Terms,
): TakenRow | RowFault {
  const cell = (at: number | undefined) => (at === undefined ? '' : (row[at] ?? '').trim());
  const text = cell(columns.code);
  if (text === '') return 'empty';
  const code = canonicalCode(text);
  if (code === undefined) return 'malformed';
  if (!ACTIVE.has(cell(columns.status).toLowerCase())) return 'inactive';
  const limit = wholeNumber(cell(columns.uses));
  const used = wholeNumber(cell(columns.used));
  if (Number.isNaN(limit) || Number.isNaN(used)) return 'bad_number';
  const end = endOf(cell(columns.expires));
  if (end !== undefined && end < now) return 'expired';
  if (!hasTerms(cell(columns.discountType), cell(columns.amount), offer)) return 'other_terms';
  const notes: RowNote[] = [];
  if (Number.isNaN(end)) notes.push('unread_end');
  else if (end !== undefined && offerEndsAt - end >= DAY_MS) notes.push('ends_later');
  else if (end !== undefined && end - offerEndsAt >= DAY_MS) notes.push('ends_sooner');
  // A limit of nought is how shops write "no limit".
  const allowed = limit === undefined ? usesPerCode : limit === 0 ? undefined : limit;
  if (allowed === undefined) return { code, uses: null, notes };
  const left = allowed - (used ?? 0);
  if (left <= 0) return 'used_up';
  if (left > MAX_USES) notes.push('many_uses');
  return { code, uses: Math.min(left, MAX_USES), notes };
}

/** `undefined`: an empty cell. */
function wholeNumber(text: string): number | undefined {
  if (text === '') return undefined;
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2})?)?/;
const DAY_WITH_DOTS = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;

/** UTC milliseconds: of Unix seconds, or of the end of a day. `undefined`: an empty cell; `NaN`: nothing that is read. */
function endOf(text: string): number | undefined {
  if (text === '') return undefined;
  if (/^\d{9,11}$/.test(text)) return Number(text) * SECOND_MS;
  const [, dotDay, dotMonth, dotYear] = DAY_WITH_DOTS.exec(text) ?? [];
  const [, year = dotYear, month = dotMonth, day = dotDay] = DAY.exec(text) ?? [];
  return year === undefined ? Number.NaN : Date.UTC(Number(year), Number(month) - 1, Number(day)) + DAY_MS;
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

/** UTC milliseconds of the last instant of codes that are issued now; days of the shop's zone are taken for UTC's. */
export function lastInstant({ validity: { endsAt, days, afterIssueMs } }: Offer, now: number): number {
  return Math.min(
    endsAt ?? Number.POSITIVE_INFINITY,
    days?.last === undefined ? Number.POSITIVE_INFINITY : Date.parse(days.last) + DAY_MS,
    afterIssueMs === undefined ? Number.POSITIVE_INFINITY : now + afterIssueMs,
  );
}
