import { createHmac } from 'node:crypto';
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { z } from 'zod';
import type { CustomerRow } from '../db/queries/customers.ts';
import type { EventStamp, Reads, Store, Tx } from '../db/store.ts';
import type { customerSchema } from '../shared/contracts/operations/redemption.ts';
import { refusal } from '../shared/contracts/refusal.ts';
import { assert } from '../shared/kernel/assert.ts';
import { err, ok } from '../shared/kernel/result.ts';
import type { Outcome } from './handlers.ts';

/** Merchant-wide once enrolled, this ledger's own before: 32 bytes, base64url, in `meta`. */
export const CUSTOMER_KEY = 'customerKey';

export type CustomerIdentifier = z.output<typeof customerSchema>;

/**
 * The same person typed twice gives the same text: E.164, lower case, trimmed. A phone number without its country is
 * one of `region`.
 */
export function normaliseCustomer(
  { kind, value }: CustomerIdentifier,
  region: CountryCode | undefined,
): Outcome<CustomerIdentifier> {
  const unreadable = err(refusal('customer_unreadable', {}, 'customer.value'));
  const trimmed = value.trim();
  switch (kind) {
    case 'phone': {
      const number = parsePhoneNumberFromString(trimmed.replace(/^00/, '+'), region);
      return number?.isValid() ? ok({ kind, value: number.number }) : unreadable;
    }
    case 'email':
      return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(trimmed)
        ? ok({ kind, value: trimmed.toLowerCase() })
        : unreadable;
    case 'loyalty':
    case 'user':
      return ok({ kind, value: trimmed });
  }
}

/** What events carry instead of a name: HMAC-SHA256 under the key, 64 hex digits. */
export function pseudonymOf(key: string, { kind, value }: CustomerIdentifier): string {
  return createHmac('sha256', Buffer.from(key, 'base64url')).update(`${kind}:${value}`).digest('hex');
}

export function pseudonymFor(read: Reads, identifier: CustomerIdentifier): string {
  return pseudonymOf(customerKey(read), identifier);
}

export function findCustomer(read: Reads, identifier: CustomerIdentifier): CustomerRow | undefined {
  return read.customers.byPseudonym(pseudonymFor(read, identifier));
}

/** The customer's row, made at the first redemption that needs one. */
export function keepCustomer(tx: Tx, identifier: CustomerIdentifier, id: string, now: number): CustomerRow {
  const found = findCustomer(tx.read, identifier);
  if (found) return found;
  const { kind, value } = identifier;
  const row = {
    id,
    kind,
    value,
    pseudonym: pseudonymOf(customerKey(tx.read), identifier),
    createdAt: now,
    lastSeq: null,
  };
  tx.write.customers.insert(row);
  return row;
}

const NOBODY = '00000000-0000-0000-0000-000000000000';
const REKEY_PAGE = 1_000;

/**
 * Enrolment brings the merchant's key: every readable customer gets the pseudonym that the other locations use, and
 * the centre is told whose events of before are theirs. Erased ones keep theirs; they count here, and nobody can link
 * them.
 */
export function rekeyCustomers(store: Store, key: string, stamp: EventStamp): void {
  store.transact((tx) => {
    tx.write.meta.set(CUSTOMER_KEY, key);
    let after = NOBODY;
    for (;;) {
      const page = tx.read.customers.readable(after, REKEY_PAGE);
      for (const { id, kind, value, pseudonym: before, lastSeq } of page) {
        assert(value !== null, 'the query gives readable ones');
        const now = pseudonymOf(key, { kind, value });
        if (now === before) continue;
        tx.write.customers.setPseudonym(id, now);
        if (lastSeq !== null) tx.append('customer.corrected', { customer: before, now }, stamp);
      }
      const last = page.at(-1);
      if (!last || page.length < REKEY_PAGE) return;
      after = last.id;
    }
  });
}

function customerKey(read: Reads): string {
  const key = read.meta.get(CUSTOMER_KEY);
  assert(key, 'a ledger has a customer key');
  return key;
}
