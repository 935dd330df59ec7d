import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { correctCustomer } from '../correct-customer.ts';
import { type Feature, type Outcome, signedIn } from '../handlers.ts';
import { readNumberCursor } from '../paging.ts';
import { shownRedemption } from '../redemption/shown.ts';
import type { Services } from '../services.ts';
import { find } from './find.ts';
import { codeTimeline, followBack } from './timeline.ts';

export function searchFeature(services: Services): Feature {
  const { store } = services;
  const { read } = store;
  const currency = () => {
    const location = services.location();
    assert(location, 'operations wait for the first run');
    return location.currency;
  };
  const unknownCustomer = err(refusal('not_found', { what: 'customer' }));
  return {
    handlers: {
      'search.find': (_call, { text }) =>
        ok(find(read, text, { region: services.phoneRegion(), currency: currency() })),

      'search.code': (_call, input) => codeTimeline(read, currency(), input),

      'search.customer'(_call, { customerId, cursor }) {
        const customer = read.customers.byId(customerId);
        if (!customer) return unknownCustomer;
        const start = readNumberCursor(cursor, customer.lastSeq ?? 0);
        if (!start.ok) return start;
        const { rows, next } = followBack(read, start.value, (row) => row.prevCustomerSeq);
        return ok({
          customerId,
          kind: customer.kind,
          ...(customer.value === null ? {} : { value: customer.value }),
          knownSince: customer.createdAt,
          redemptions: rows.map((row) => shownRedemption(read, row)),
          ...(next === undefined ? {} : { nextCursor: String(next) }),
        });
      },

      'customers.correct': (call, { customerId, value }) =>
        correctCustomer(services, signedIn(call), customerId, value),

      'customers.erase'(call, { customerId }) {
        const by = signedIn(call);
        return store.transact((tx): Outcome<Record<string, never>> => {
          const customer = tx.read.customers.byId(customerId);
          if (!customer) return unknownCustomer;
          if (customer.value === null) return ok({});
          tx.write.customers.erase(customerId);
          tx.append('customer.erased', { customer: customer.pseudonym }, services.stamp(by));
          return ok({});
        });
      },
    },
  };
}
