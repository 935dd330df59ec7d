import type { EventRow } from '../../db/queries/events.ts';
import type { Reads } from '../../db/store.ts';
import { type LedgerEvent, ledgerEventSchema } from '../../shared/contracts/ledger-events.ts';
import { MAX_HISTORY_ROWS } from '../../shared/contracts/operations/history.ts';
import { minorDigits } from '../../shared/kernel/currency.ts';
import { formatDecimal } from '../../shared/kernel/money.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { termsOf } from '../offers/offer-row.ts';

const COLUMNS = [
  'event',
  'time_utc',
  'business_day',
  'what',
  'redemption_id',
  'basket_id',
  'code',
  'offer',
  'offer_id',
  'offer_version',
  'channel',
  'operator',
  'till',
  'currency',
  'basket_amount',
  'discount',
  'reason',
] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number], string | number>>;

const EVENTS_PER_READ = 1_000;
const BYTE_ORDER_MARK = '\uFEFF';

/** Redemptions and voids as the ledger recorded them; a void is a row of its own with the discount negative. */
export function historyCsv(
  read: Reads,
  from: number,
  to: number,
): Result<{ readonly text: string; readonly rows: number }, 'payload_too_large'> {
  const lines = [COLUMNS.join(',')];
  let seq = 1;
  for (;;) {
    const page = read.events.from(seq, EVENTS_PER_READ);
    for (const event of page) {
      if (event.at < from || event.at > to) continue;
      const row = rowOf(read, event);
      if (row) lines.push(COLUMNS.map((column) => field(row[column])).join(','));
      if (lines.length > MAX_HISTORY_ROWS + 1) return err('payload_too_large');
    }
    const last = page.at(-1);
    if (!last || page.length < EVENTS_PER_READ) break;
    seq = last.seq + 1;
  }
  return ok({ text: `${BYTE_ORDER_MARK}${lines.join('\r\n')}\r\n`, rows: lines.length - 1 });
}

function rowOf(read: Reads, stored: EventRow): Row | undefined {
  if (stored.type !== 'redemption.redeemed' && stored.type !== 'redemption.voided') return undefined;
  const event = ledgerEventSchema.parse(JSON.parse(stored.body));
  if (event.type === 'redemption.redeemed') return describe(read, event, event.payload.redemptionId, '');
  if (event.type === 'redemption.voided') {
    return describe(read, event, event.payload.redemptionId, event.payload.reason);
  }
  return undefined;
}

function describe(read: Reads, event: LedgerEvent, redemptionId: string, reason: string): Row | undefined {
  const redemption = read.redemptions.byId(redemptionId);
  if (!redemption) return undefined;
  const isVoid = event.type === 'redemption.voided';
  const digits = minorDigits(redemption.currency);
  const basket = read.redemptions.basket(redemption.basketId);
  const terms = read.offers.terms(redemption.offerId, redemption.offerVersion);
  return {
    event: event.seq,
    time_utc: new Date(event.at).toISOString(),
    business_day: redemption.businessDay,
    what: isVoid ? 'void' : 'redemption',
    redemption_id: redemptionId,
    basket_id: redemption.basketId,
    code: redemption.code,
    offer: terms === undefined ? '' : termsOf({ terms }).name,
    offer_id: redemption.offerId,
    offer_version: redemption.offerVersion,
    channel: redemption.channel,
    operator: event.operatorId === undefined ? '' : (read.operators.byId(event.operatorId)?.name ?? ''),
    till: event.till ?? '',
    currency: redemption.currency,
    basket_amount: basket ? formatDecimal(basket.subtotalMinor, digits) : '',
    discount: formatDecimal(isVoid ? -redemption.discountMinor : redemption.discountMinor, digits),
    reason,
  };
}

/**
 * RFC 4180. A text that a spreadsheet would take for a formula begins with an apostrophe: offers, codes and reasons
 * are written by people.
 */
export function field(value: string | number): string {
  if (typeof value === 'number' || /^-?\d+(\.\d+)?$/.test(value)) return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
