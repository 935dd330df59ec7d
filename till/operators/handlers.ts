import { isSimplePin } from '../../shared/contracts/pin.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Feature, signedIn } from '../handlers.ts';
import type { Services } from '../services.ts';
import { DEFAULT_PIN_COST, hashPin } from './pin.ts';
import { clearFailures } from './throttle.ts';
import { verifyPin } from './verify-pin.ts';

/** More people than any shop has; `verifyManagerPin` tries each of them. */
const MAX_OPERATORS = 100;

export function operatorsFeature(services: Services): Feature {
  const { store, ports, sessions, clock } = services;
  return {
    handlers: {
      async 'session.signIn'(call, { operatorId, pin }) {
        const operator = store.read.operators.byId(operatorId);
        if (!operator || operator.removedAt !== null) return err(refusal('not_found', { what: 'operator' }));
        const verified = await verifyPin(services, operator, pin, call);
        if (!verified.ok) return verified;
        const { id, name, role } = operator;
        const by = sessions.begin({ operatorId: id, name, role, lane: call.lane });
        store.transact((tx) => tx.append('operator.signedIn', { operatorId: id }, services.stamp(by)));
        return ok({ session: by.session, operator: { id, name, role } });
      },

      'session.signOut'(call) {
        const by = signedIn(call);
        sessions.end(by.session);
        store.transact((tx) =>
          tx.append('operator.signedOut', { operatorId: by.operatorId }, services.stamp(by)),
        );
        return ok({});
      },

      async 'operators.add'(call, { name, role, pin }) {
        const by = signedIn(call);
        if (isSimplePin(pin)) return err(refusal('pin_too_simple', {}, 'pin'));
        const pinHash = await hashPin(pin, ports.pinCost ?? DEFAULT_PIN_COST, (count) =>
          ports.random.bytes(count),
        );
        return store.transact((tx) => {
          if (tx.read.operators.byName(name)) return err(refusal('conflict', { name }, 'name'));
          if (tx.read.operators.all().length >= MAX_OPERATORS) {
            return err(refusal('conflict', { limit: MAX_OPERATORS }));
          }
          const id = services.newId();
          tx.write.operators.insert({ id, name, role, pinHash, createdAt: clock.now(), removedAt: null });
          tx.append('operator.added', { operatorId: id, name, role }, services.stamp(by));
          return ok({ id, name, role });
        });
      },

      'operators.list': () =>
        ok({ operators: store.read.operators.active().map(({ id, name, role }) => ({ id, name, role })) }),

      'operators.unlock'(call, { operatorId }) {
        const by = signedIn(call);
        if (!store.read.operators.byId(operatorId)) return err(refusal('not_found', { what: 'operator' }));
        store.transact((tx) => {
          for (const kind of ['pin', 'manager-pin', 'code'] as const)
            clearFailures(tx, `${kind}:${operatorId}`);
          tx.append('operator.unlocked', { operatorId }, services.stamp(by));
        });
        return ok({});
      },
    },
  };
}
