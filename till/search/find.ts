import type { CountryCode } from 'libphonenumber-js/min';
import type { CouponRow } from '../../db/queries/coupons.ts';
import type { Reads } from '../../db/store.ts';
import { canonicalCode } from '../../shared/codes/canonical-code.ts';
import { displayCode } from '../../shared/codes/display-code.ts';
import { normaliseCode } from '../../shared/codes/normalise-code.ts';
import { MAX_HITS } from '../../shared/contracts/operations/search.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { codeStatus } from '../batches/code-status.ts';
import { findCustomer, normaliseCustomer } from '../customers.ts';
import { shownPast } from '../history/shown-past.ts';
import { statusOf } from '../offers/offer-row.ts';
import { termsOf } from '../offers/terms.ts';

type Found = OutputOf<'search.find'>;

/** Offers looked through, newest first. */
const MAX_OFFERS = 2_000;
const NEWEST = { createdAt: Number.MAX_SAFE_INTEGER, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

export function find(
  read: Reads,
  text: string,
  { region, currency }: { readonly region: CountryCode | undefined; readonly currency: string },
): Found {
  const lower = text.toLowerCase();
  const named = ({ name }: { name: string }) => name.toLowerCase().includes(lower);
  const offers = read.offers
    .newest(NEWEST, MAX_OFFERS)
    .map((row) => ({ offerId: row.id, name: termsOf(row).name, status: statusOf(row) }));
  return {
    codes: findCodes(read, text).map((row) => ({
      couponId: row.id,
      code: displayCode(row.code),
      offerName: nameOf(read, row.offerId),
      status: codeStatus(read, row),
    })),
    offers: offers.filter(named).slice(0, MAX_HITS),
    campaigns: read.campaigns
      .all()
      .filter(named)
      .slice(0, MAX_HITS)
      .map(({ id, name, archived }) => ({ campaignId: id, name, archived })),
    batches: read.search.batchesNamed(lower, MAX_HITS).map((row) => ({
      batchId: row.id,
      name: row.name,
      offerName: nameOf(read, row.offerId),
      codes: row.count,
    })),
    people: read.operators
      .all()
      .filter(named)
      .slice(0, MAX_HITS)
      .map(({ id, name, role }) => ({ operatorId: id, name, role })),
    customers: findCustomers(read, text, region),
    past: findPast(read, text, currency),
  };
}

/** The code itself, however it was typed, before those that only begin like it. */
function findCodes(read: Reads, text: string): CouponRow[] {
  const found = new Map<string, CouponRow>();
  const normal = normaliseCode(text);
  for (const candidate of normal.ok ? normal.value.candidates : []) {
    const row = read.coupons.byCode(candidate);
    if (row) found.set(row.id, row);
  }
  const beginning = canonicalCode(text);
  if (beginning !== undefined) {
    for (const row of read.search.codesFrom(beginning, MAX_HITS)) found.set(row.id, row);
  }
  return [...found.values()].slice(0, MAX_HITS);
}

/** Of codes that may never have existed here. */
function findPast(read: Reads, text: string, currency: string): Found['past'] {
  const beginning = canonicalCode(text);
  if (beginning === undefined) return [];
  return read.past.codesFrom(beginning, MAX_HITS).map((row) => ({
    ...shownPast(row, currency),
    importId: row.importId,
    line: row.line,
    code: row.code,
  }));
}

/** By the whole identifier as a till reads it, `0049 30…` and `+4930…` alike, or by a part of it. */
function findCustomers(read: Reads, text: string, region: CountryCode | undefined): Found['customers'] {
  const found = new Map<string, Found['customers'][number]>();
  for (const kind of ['phone', 'email', 'loyalty', 'user'] as const) {
    const identifier = normaliseCustomer({ kind, value: text }, region);
    const row = identifier.ok ? findCustomer(read, identifier.value) : undefined;
    if (row?.value != null) found.set(row.id, { customerId: row.id, kind: row.kind, value: row.value });
  }
  for (const { id, kind, value } of read.search.customersNamed(text.toLowerCase(), MAX_HITS)) {
    if (value !== null) found.set(id, { customerId: id, kind, value });
  }
  return [...found.values()].slice(0, MAX_HITS);
}

function nameOf(read: Reads, offerId: string): string {
  const row = read.offers.byId(offerId);
  return row ? termsOf(row).name : '';
}
