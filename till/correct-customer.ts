import { refusal } from '../shared/contracts/refusal.ts';
import { err, ok } from '../shared/kernel/result.ts';
import { findCustomer, normaliseCustomer, pseudonymFor } from './customers.ts';
import type { Outcome, SignedIn } from './handlers.ts';
import type { Services } from './services.ts';

/**
 * A customer was typed wrong: from now on they are known by the right identifier, and keep what they redeemed. The
 * events before keep the pseudonym that they were written with; one more says that both are the same person.
 */
export function correctCustomer(
  services: Services,
  by: SignedIn,
  customerId: string,
  value: string,
): Outcome<{ readonly value: string }> {
  return services.store.transact((tx) => {
    const customer = tx.read.customers.byId(customerId);
    if (!customer) return err(refusal('not_found', { what: 'customer' }));
    // Whoever was erased asked not to be known.
    if (customer.value === null) return err(refusal('conflict', { what: 'customer' }));
    const right = normaliseCustomer({ kind: customer.kind, value }, services.phoneRegion());
    if (!right.ok) return right;
    const other = findCustomer(tx.read, right.value);
    if (other?.id === customerId) return ok({ value: right.value.value });
    if (other) return err(refusal('conflict', { what: 'customer' }, 'value'));
    const pseudonym = pseudonymFor(tx.read, right.value);
    tx.write.customers.correct(customerId, right.value.value, pseudonym);
    const payload = { customer: customer.pseudonym, now: pseudonym };
    tx.append('customer.corrected', payload, services.stamp(by));
    return ok({ value: right.value.value });
  });
}
