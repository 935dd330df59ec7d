import type { z } from 'zod';
import type { OperatorRow } from '../../db/queries/operators.ts';
import type { deskOperations } from '../../shared/contracts/operations/desk.ts';
import { isSimplePin } from '../../shared/contracts/pin.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome, SignedIn } from '../handlers.ts';
import { DEFAULT_PIN_COST, hashPin } from '../operators/pin.ts';
import type { Services } from '../services.ts';

type Change = z.output<(typeof deskOperations)['operators.change']['input']>;

/** Somebody must always be able to come back in: the last admin neither leaves nor becomes something else. */
export async function changeOperator(
  services: Services,
  by: SignedIn,
  { operatorId, name, role, pin, removed }: Change,
): Promise<Outcome<OperatorRow>> {
  const { store, ports, clock, sessions } = services;
  if (pin !== undefined && isSimplePin(pin)) return err(refusal('pin_too_simple', {}, 'pin'));
  const pinHash =
    pin === undefined
      ? undefined
      : await hashPin(pin, ports.pinCost ?? DEFAULT_PIN_COST, (count) => ports.random.bytes(count));
  const changed = store.transact((tx): Outcome<OperatorRow> => {
    const before = tx.read.operators.byId(operatorId);
    if (!before || before.removedAt !== null) return err(refusal('not_found', { what: 'operator' }));
    const sameName = tx.read.operators.byName(name);
    if (sameName && sameName.id !== operatorId) return err(refusal('conflict', { name }, 'name'));
    const admins = tx.read.operators.active().filter((one) => one.role === 'admin');
    const isLastAdmin = admins.length === 1 && admins[0]?.id === operatorId;
    if (isLastAdmin && (removed || role !== 'admin')) return err(refusal('last_admin'));
    const row = { ...before, name, role, removedAt: removed ? clock.now() : null };
    tx.write.operators.change(row);
    if (pinHash !== undefined) tx.write.operators.setPinHash(operatorId, pinHash);
    tx.append(
      'operator.changed',
      { operatorId, name, role, pinChanged: pinHash !== undefined, removed },
      services.stamp(by),
    );
    return ok(row);
  });
  if (!changed.ok) return changed;
  // What a session may do was read when it began.
  sessions.endOfOperator(operatorId, by.session);
  services.pushes.send({ topic: 'app.changed' });
  return changed;
}
