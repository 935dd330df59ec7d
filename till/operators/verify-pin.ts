import type { OperatorRow } from '../../db/queries/operators.ts';
import { roleMay } from '../../shared/contracts/operation.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Call, Outcome, SignedIn } from '../handlers.ts';
import type { Services } from '../services.ts';
import { pinFits } from './pin.ts';
import { clearFailures, countFailure, type ThrottleKey, throttled } from './throttle.ts';

/**
 * Whether a PIN is the operator's. The guess is counted as a failure and committed before it is looked at, and taken
 * back when it was right: neither a killed process nor many guesses at once get a free one.
 */
export async function verifyPin(
  services: Services,
  operator: OperatorRow,
  pin: string,
  at: Pick<Call, 'lane'>,
): Promise<Outcome<void>> {
  const till = services.tillName(at);
  const own: ThrottleKey = `pin:${operator.id}`;
  const keys: readonly ThrottleKey[] = [own, `pin-till:${till}`];
  const counted = countGuess(services, keys, operator.role === 'cashier' ? own : undefined);
  if (!counted.ok) return counted;
  if (!(await pinFits(pin, operator.pinHash))) {
    const failures = counted.value;
    services.store.transact((tx) =>
      tx.append('operator.signInFailed', { operatorId: operator.id, failures }, services.stamp()),
    );
    return err(refusal('wrong_pin', { failures }));
  }
  services.store.transact((tx) => {
    for (const key of keys) clearFailures(tx, key);
  });
  return ok(undefined);
}

/** A PIN of any manager, entered at the till of `by` to allow what `by` may not. @returns the manager */
export async function verifyManagerPin(
  services: Services,
  by: SignedIn,
  pin: string | undefined,
): Promise<Outcome<OperatorRow>> {
  if (pin === undefined) return err(refusal('manager_required'));
  const key: ThrottleKey = `manager-pin:${by.operatorId}`;
  const counted = countGuess(services, [key], by.role === 'cashier' ? key : undefined);
  if (!counted.ok) return counted;
  for (const operator of services.store.read.operators.active()) {
    if (!roleMay(operator.role, 'manager') || !(await pinFits(pin, operator.pinHash))) continue;
    services.store.transact((tx) => clearFailures(tx, key));
    return ok(operator);
  }
  return err(refusal('wrong_pin', { failures: counted.value }));
}

/** @param lockable the counter that only a manager can reset once it is full */
function countGuess(
  services: Services,
  keys: readonly ThrottleKey[],
  lockable: ThrottleKey | undefined,
): Outcome<number> {
  const { store, clock } = services;
  const now = clock.now();
  for (const key of keys) {
    const refused = throttled(store.read, key, now, key === lockable);
    if (refused) return err(refused);
  }
  return ok(store.transact((tx) => Math.max(...keys.map((key) => countFailure(tx, key, now).failures))));
}
