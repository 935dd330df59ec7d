import type { PastRow } from '../../db/queries/past-redemptions.ts';
import { canonicalCode } from '../../shared/codes/canonical-code.ts';
import type { PastFault } from '../../shared/contracts/operations/history.ts';
import { minorDigits } from '../../shared/kernel/currency.ts';
import { parseDecimal } from '../../shared/kernel/money.ts';

/** What a file tells of one row beyond what is summed and searched; texts as they stand there. */
export type PastDetails = {
  readonly redemptionId: string;
  readonly offer: string;
  readonly channel: string;
  readonly operator: string;
  readonly till: string;
  readonly reason: string;
};

export type JudgedRow = Pick<PastRow, 'at' | 'businessDay' | 'what' | 'code' | 'discountMinor'> & {
  readonly details: PastDetails;
};

export const requiredColumns = ['time_utc', 'code', 'discount'] as const;
const otherColumns = [
  'business_day',
  'what',
  'redemption_id',
  'offer',
  'channel',
  'operator',
  'till',
  'currency',
  'reason',
] as const;
type Column = (typeof requiredColumns)[number] | (typeof otherColumns)[number];
export type PastColumns = Partial<Record<Column, number>>;

/** The columns by their names in the first row, whatever their order and case. */
export function pastColumns(header: readonly string[]): PastColumns {
  const names = header.map((name) => name.trim().toLowerCase());
  const columns: PastColumns = {};
  for (const name of [...requiredColumns, ...otherColumns]) {
    const at = names.indexOf(name);
    if (at >= 0) columns[name] = at;
  }
  return columns;
}

const MAX_TEXT = 200;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** ISO 8601, also with a space; without an offset it is UTC. */
const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:?\d{2})?$/;

export type PastContext = {
  readonly columns: PastColumns;
  readonly currency: string;
  readonly now: number;
  readonly dayOf: (at: number) => string;
};

export function judgePastRow(
  row: readonly string[],
  { columns, currency, now, dayOf }: PastContext,
): JudgedRow | PastFault {
  const cell = (column: Column) => {
    const at = columns[column];
    return at === undefined ? '' : asWritten((row[at] ?? '').trim());
  };
  const text = cell('code');
  if (text === '') return 'empty';
  const code = canonicalCode(text);
  if (code === undefined) return 'malformed';
  const at = instantOf(cell('time_utc'));
  if (at === undefined) return 'bad_time';
  if (at > now) return 'future';
  const given = cell('business_day');
  if (given !== '' && !isDay(given)) return 'bad_time';
  const what = whatOf(cell('what'));
  if (what === undefined) return 'bad_what';
  const unit = cell('currency');
  if (unit !== '' && unit.toUpperCase() !== currency) return 'other_currency';
  const amount = parseDecimal(cell('discount'), minorDigits(currency));
  if (!amount.ok || (what === 'redemption' && amount.value < 0)) return 'bad_amount';
  return {
    at,
    businessDay: given === '' ? dayOf(at) : given,
    what,
    code,
    // Some systems write what came back without a sign.
    discountMinor: what === 'redemption' ? amount.value : 0 - Math.abs(amount.value),
    details: {
      redemptionId: cell('redemption_id').slice(0, MAX_TEXT),
      offer: cell('offer').slice(0, MAX_TEXT),
      channel: cell('channel').slice(0, MAX_TEXT),
      operator: cell('operator').slice(0, MAX_TEXT),
      till: cell('till').slice(0, MAX_TEXT),
      reason: cell('reason').slice(0, MAX_TEXT),
    },
  };
}

/** An export sets an apostrophe before what a spreadsheet would compute. */
function asWritten(text: string): string {
  return /^'[=+\-@]/.test(text) ? text.slice(1) : text;
}

function isDay(text: string): boolean {
  const at = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function instantOf(text: string): number | undefined {
  const [, day = '', time = '', zone = 'Z'] = TIME.exec(text) ?? [];
  if (!isDay(day)) return undefined;
  const at = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(at) || at < 0 ? undefined : at;
}

function whatOf(text: string): PastRow['what'] | undefined {
  const word = text.toLowerCase();
  if (word === '') return 'redemption';
  return word === 'redemption' || word === 'void' || word === 'refund' ? word : undefined;
}
