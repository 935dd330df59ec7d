import type { OperatorRole } from '../../shared/contracts/operation.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { CUSTOMER_KEY } from '../customers.ts';
import { type Location, writeLocation } from '../location.ts';
import type { Services } from '../services.ts';

type NewLedger = {
  readonly location: Omit<Location, 'id'>;
  readonly operators: readonly {
    readonly name: string;
    readonly role: OperatorRole;
    readonly pinHash: string;
  }[];
  /** Further facts of the ledger itself. */
  readonly meta?: (operatorIds: readonly string[]) => Readonly<Record<string, string>>;
};

const CUSTOMER_KEY_BYTES = 32;

/** Founds the ledger of a location: its identity, its first events and the people who may sign in. */
export function createLedger(
  services: Services,
  { location: draft, operators, meta }: NewLedger,
): { readonly location: Location; readonly operatorIds: readonly string[] } {
  const { store, clock, ports } = services;
  const at = clock.now();
  const location: Location = { ...draft, id: services.newId() };
  const operatorIds = operators.map(() => services.newId());
  const stamp = { at, till: location.tillName };
  store.transact((tx) => {
    assert(!store.identity(), 'a ledger is founded once');
    tx.found(services.newId(), 1);
    writeLocation(tx.write, location);
    tx.write.meta.set(
      CUSTOMER_KEY,
      Buffer.from(ports.random.bytes(CUSTOMER_KEY_BYTES)).toString('base64url'),
    );
    tx.append(
      'ledger.created',
      {
        locationId: location.id,
        name: location.name,
        currency: location.currency,
        timeZone: location.timeZone,
        demo: location.demo,
      },
      stamp,
    );
    operators.forEach(({ name, role, pinHash }, i) => {
      const id = operatorIds[i];
      assert(id, 'every operator has an id');
      tx.write.operators.insert({ id, name, role, pinHash, createdAt: at, removedAt: null });
      tx.append('operator.added', { operatorId: id, name, role }, stamp);
    });
    for (const [key, value] of Object.entries(meta?.(operatorIds) ?? {})) tx.write.meta.set(key, value);
  });
  services.reloadLocation();
  return { location, operatorIds };
}
