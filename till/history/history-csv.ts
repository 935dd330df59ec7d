import type { EventRow } from '../../db/queries/events.ts';
import type { Reads } from '../../db/store.ts';
import { type LedgerEvent, ledgerEventSchema } from '../../shared/contracts/ledger-events.ts';
import { MAX_HISTORY_ROWS } from '../../shared/contracts/operations/history.ts';
import { minorDigits } from '../../shared/kernel/currency.ts';
import { formatDecimal } from '../../shared/kernel/money.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { termsOf } from '../offers/terms.ts';

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

/**
 * Redemptions, voids and refunds as the ledger recorded them. What a void or a refund took back is a row of its own with
 * the discount negative: a refund has one for each redemption that it concerns. Rests after each page of events, and
 * tells the number of the last one.
 */
export function* historyCsv(
  read: Reads,
  from: number,
  to: number,
): Generator<number, Result<{ readonly text: string; readonly rows: number }, 'payload_too_large'>> {
  const lines = [COLUMNS.join(',')];
  let seq = 1;
  for (;;) {
    const page = read.events.from(seq, EVENTS_PER_READ);
    for (const event of page) {
      if (event.at < from || event.at > to) continue;
      for (const row of rowsOf(read, event))
        lines.push(COLUMNS.map((column) => field(row[column])).join(','));
      if (lines.length > MAX_HISTORY_ROWS + 1) return err('payload_too_large');
    }
    const last = page.at(-1);
    if (!last || page.length < EVENTS_PER_READ) break;
    seq = last.seq + 1;
    yield last.seq;
  }
  return ok({ text: `${BYTE_ORDER_MARK}${lines.join('\r\n')}\r\n`, rows: lines.length - 1 });
}

const TOLD: ReadonlySet<string> = new Set<LedgerEvent['type']>([
  'redemption.redeemed',
  'redemption.voided',
  'redemption.refunded',
]);

function rowsOf(read: Reads, stored: EventRow): Row[] {
  if (!TOLD.has(stored.type)) return [];
  const event = ledgerEventSchema.parse(JSON.parse(stored.body));
  switch (event.type) {
    case 'redemption.redeemed': {
      const { redemptionId, discountMinor } = event.payload;
      return describe(read, event, redemptionId, { what: 'redemption', discountMinor, reason: '' });
    }
    case 'redemption.voided': {
      const { redemptionId, reason } = event.payload;
      const discountMinor = -(read.redemptions.byId(redemptionId)?.discountMinor ?? 0);
      return describe(read, event, redemptionId, { what: 'void', discountMinor, reason });
    }
    case 'redemption.refunded': {
      const { redemptions, reason } = event.payload;
      return redemptions.flatMap(({ redemptionId, returnedMinor }) =>
        describe(read, event, redemptionId, { what: 'refund', discountMinor: -returnedMinor, reason }),
      );
    }
    default:
      return [];
  }
}

function describe(
  read: Reads,
  event: LedgerEvent,
  redemptionId: string,
  { what, discountMinor, reason }: { what: string; discountMinor: number; reason: string },
): Row[] {
  const redemption = read.redemptions.byId(redemptionId);
  if (!redemption) return [];
  const digits = minorDigits(redemption.currency);
  const basket = read.redemptions.basket(redemption.basketId);
  const terms = read.offers.terms(redemption.offerId, redemption.offerVersion);
  return [
    {
      event: event.seq,
      time_utc: new Date(event.at).toISOString(),
      business_day: redemption.businessDay,
      what,
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
      discount: formatDecimal(discountMinor, digits),
      reason,
    },
  ];
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
