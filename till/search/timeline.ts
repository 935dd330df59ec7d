import type { CouponRow } from '../../db/queries/coupons.ts';
import type { RedemptionRow } from '../../db/queries/redemptions.ts';
import type { Reads } from '../../db/store.ts';
import { displayCode } from '../../shared/codes/display-code.ts';
import { isErrorCode } from '../../shared/contracts/error-codes.ts';
import { type LedgerEvent, ledgerEventSchema } from '../../shared/contracts/ledger-events.ts';
import type { CodeEvent } from '../../shared/contracts/operations/search.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { codeStatus } from '../batches/code-status.ts';
import type { Outcome } from '../handlers.ts';
import { shownPast } from '../history/shown-past.ts';
import { statusOf } from '../offers/offer-row.ts';
import { termsOf } from '../offers/terms.ts';
import { readNumberCursor } from '../paging.ts';
import { ackedSeq } from '../sync-state.ts';

type Shown = OutputOf<'search.code'>;

const PAGE = 50;
const MAX_ATTEMPTS = 50;
const MAX_PAST = 50;
const NO_BASKET = '00000000-0000-0000-0000-000000000000';

/** Everything that happened to a code here. Its redemptions are followed from the newest one back. */
export function codeTimeline(
  read: Reads,
  currency: string,
  { couponId, cursor }: { readonly couponId: string; readonly cursor?: string | undefined },
): Outcome<Shown> {
  const coupon = read.coupons.byId(couponId);
  if (!coupon) return err(refusal('not_found', { what: 'code' }));
  const offer = read.offers.byId(coupon.offerId);
  assert(offer, 'a code has an offer');
  const start = readNumberCursor(cursor, coupon.lastSeq ?? 0);
  if (!start.ok) return start;
  const { rows, next } = followBack(read, start.value, (row) => row.prevSeq);
  const acked = ackedSeq(read);
  const events: CodeEvent[] = rows.flatMap((row) => redemptionEvents(read, row, acked));
  if (cursor === undefined) events.push(...otherEvents(read, coupon), ...pastEvents(read, coupon, currency));
  const batch = coupon.batchId === null ? undefined : read.batches.byId(coupon.batchId);
  if (next === undefined) {
    events.push({ kind: 'issued', at: coupon.issuedAt, operatorName: batch?.createdBy ?? '' });
  }
  return ok({
    couponId,
    code: displayCode(coupon.code),
    status: codeStatus(read, coupon),
    offerId: coupon.offerId,
    offerName: termsOf(offer).name,
    offerStatus: statusOf(offer),
    ...(batch && { batch: { batchId: batch.id, name: batch.name, serial: coupon.serial } }),
    ...(coupon.maxUses === null ? {} : { maxUses: coupon.maxUses }),
    used: coupon.used,
    usedElsewhere: coupon.usedElsewhere,
    events: events.sort((a, b) => b.at - a.at),
    ...(next === undefined ? {} : { nextCursor: String(next) }),
  });
}

/** Redemptions from one event back along their chain. */
export function followBack(
  read: Reads,
  from: number,
  before: (row: RedemptionRow) => number | null,
): { readonly rows: RedemptionRow[]; readonly next: number | undefined } {
  const rows: RedemptionRow[] = [];
  let seq = from;
  while (seq > 0 && rows.length < PAGE) {
    const row = read.redemptions.atSeq(seq);
    if (!row) break;
    rows.push(row);
    seq = before(row) ?? 0;
  }
  return { rows, next: seq > 0 && rows.length === PAGE ? seq : undefined };
}

function operatorName(read: Reads, id: string | undefined): string {
  return (id === undefined ? undefined : read.operators.byId(id)?.name) ?? '';
}

/** The event itself: rows keep what counts, events who, where and why. */
function eventAt(read: Reads, seq: number): LedgerEvent | undefined {
  const stored = read.events.at(seq);
  return stored && ledgerEventSchema.parse(JSON.parse(stored.body));
}

function refundsOf(read: Reads, row: RedemptionRow, acked: number): CodeEvent[] {
  return read.refunds.ofBasket(row.basketId).flatMap(({ seq, answer }) => {
    const event = eventAt(read, seq);
    if (!event) return [];
    // The ledger keeps the answer as it gave it.
    const { refundMinor } = JSON.parse(answer) as { refundMinor: number };
    return [
      {
        kind: 'refunded' as const,
        at: event.at,
        redemptionId: row.id,
        operatorName: operatorName(read, event.operatorId),
        tillName: event.till ?? '',
        refundMinor,
        currency: row.currency,
        sent: seq <= acked,
      },
    ];
  });
}

function redemptionEvents(read: Reads, row: RedemptionRow, acked: number): CodeEvent[] {
  const redeemed: CodeEvent = {
    kind: 'redeemed',
    at: row.redeemedAt,
    redemptionId: row.id,
    operatorName: operatorName(read, row.operatorId),
    tillName: row.tillName,
    channel: row.channel,
    discountMinor: row.discountMinor,
    subtotalMinor: read.redemptions.basket(row.basketId)?.subtotalMinor ?? 0,
    currency: row.currency,
    voided: row.voidedAt !== null,
    sent: row.seq <= acked,
  };
  const refunded = refundsOf(read, row, acked);
  if (row.voidedAt === null || row.voidSeq === null) return [...refunded, redeemed];
  const event = eventAt(read, row.voidSeq);
  return [
    redeemed,
    ...refunded,
    {
      kind: 'voided',
      at: row.voidedAt,
      redemptionId: row.id,
      operatorName: operatorName(read, event?.operatorId),
      tillName: event?.till ?? '',
      reason: event?.type === 'redemption.voided' ? event.payload.reason : '',
      sent: row.voidSeq <= acked,
    },
  ];
}

/** What another system had redeemed of it, as a file told. */
function pastEvents(read: Reads, coupon: CouponRow, currency: string): CodeEvent[] {
  return read.past
    .ofCode(coupon.code, MAX_PAST)
    .map((row) => ({ kind: 'past', line: row.line, ...shownPast(row, currency) }));
}

/** What left no redemption: prints, refusals, open holds, and uses elsewhere. */
function otherEvents(read: Reads, coupon: CouponRow): CodeEvent[] {
  const { id: couponId, batchId, serial } = coupon;
  const events: CodeEvent[] = [];
  for (const print of batchId === null ? [] : read.printing.logOfBatch(batchId)) {
    if (serial < print.firstSerial || serial > print.lastSerial) continue;
    const { at, operatorId, tillName, medium, isCopy } = print;
    events.push({
      kind: 'printed',
      at,
      operatorName: operatorName(read, operatorId),
      tillName,
      medium,
      isCopy,
    });
  }
  for (const { at, operatorId, code } of read.search.attemptsOnCoupon(couponId, MAX_ATTEMPTS)) {
    if (!isErrorCode(code)) continue;
    events.push({ kind: 'refused', at, operatorName: operatorName(read, operatorId), code });
  }
  for (const hold of read.redemptions.heldOnCoupon(couponId, NO_BASKET)) {
    const at = read.redemptions.basket(hold.basketId)?.at ?? hold.expiresAt;
    events.push({ kind: 'held', at, until: hold.expiresAt });
  }
  const { lastElsewhereAt, lastElsewhere } = coupon;
  if (lastElsewhereAt !== null) {
    events.push({ kind: 'elsewhere', at: lastElsewhereAt, where: lastElsewhere ?? '' });
  }
  return events;
}
