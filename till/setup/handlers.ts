import { isSimplePin } from '../../shared/contracts/pin.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { createDemo, DEMO_PINS_KEY, demoPinsSchema } from '../demo.ts';
import type { Feature } from '../handlers.ts';
import { signedIn } from '../handlers.ts';
import { continueAs } from '../incarnation.ts';
import { adminHere } from '../operators/admin-here.ts';
import { DEFAULT_PIN_COST, hashPin } from '../operators/pin.ts';
import { verifyManagerPin } from '../operators/verify-pin.ts';
import { endHoldsOfAnotherClock } from '../redemption/holds.ts';
import type { Services } from '../services.ts';
import { forgetSyncTime, isEnrolled } from '../sync-state.ts';
import { isKnownZone } from '../wall-time.ts';
import { createLedger } from './create-ledger.ts';
import { askForErasure } from './erase-demo.ts';

/** @param startOver closes the ledger and opens what is there then, once the answer is out */
export function setupFeature(services: Services, startOver: () => void): Feature {
  const { store, ports, clock, faults } = services;

  const status: NonNullable<Feature['handlers']['app.status']> = ({ lane }) => {
    const location = services.location();
    const { version, host } = ports;
    if (!location) return ok({ phase: 'setup' as const, version, host });
    const operators = store.read.operators.active().map(({ id, name, role }) => ({ id, name, role }));
    const pins = location.demo ? store.read.meta.get(DEMO_PINS_KEY) : undefined;
    return ok({
      phase: 'ready' as const,
      version,
      host,
      location: { ...location, tillName: services.tillName({ lane }) },
      lane: lane !== undefined,
      operators,
      faults: faults.list(),
      ...(pins === undefined ? {} : { demoPins: demoPinsSchema.parse(JSON.parse(pins)) }),
    });
  };

  return {
    handlers: {
      'app.status': status,

      async 'setup.create'(_call, input) {
        if (services.location()) return err(refusal('already_set_up'));
        if (!isKnownZone(input.timeZone)) {
          return err(refusal('invalid_input', { why: 'this machine does not know the zone' }, 'timeZone'));
        }
        if (isSimplePin(input.adminPin)) return err(refusal('pin_too_simple', {}, 'adminPin'));
        const cost = ports.pinCost ?? DEFAULT_PIN_COST;
        const pinHash = await hashPin(input.adminPin, cost, (count) => ports.random.bytes(count));
        // Somebody else may have been first while the PIN was hashed.
        if (services.location()) return err(refusal('already_set_up'));
        const made = createLedger(services, {
          location: {
            name: input.locationName,
            currency: input.currency,
            timeZone: input.timeZone,
            language: input.language,
            tillName: input.tillName,
            taxMode: 'inclusive',
            demo: false,
          },
          operators: [{ name: input.adminName, role: 'admin', pinHash }],
        });
        const [adminId = ''] = made.operatorIds;
        services.pushes.send({ topic: 'app.changed' });
        return ok({ location: made.location, adminId });
      },

      async 'demo.make'() {
        if (services.location()) return err(refusal('already_set_up'));
        await createDemo(services);
        services.pushes.send({ topic: 'app.changed' });
        return ok({});
      },

      async 'demo.remove'(call, { pin }) {
        if (!services.location()?.demo) return err(refusal('forbidden', { why: 'this location is no demo' }));
        const by = await adminHere(services, call, pin);
        if (!by.ok) return by;
        askForErasure(ports.dataDir);
        startOver();
        return ok({});
      },

      async 'faults.clear'(call, input) {
        const by = signedIn(call);
        const fault = faults.find(input.kind);
        if (!fault) return err(refusal('not_found', { what: 'fault' }));
        if (input.kind === 'ledger_unanchored' && isEnrolled(store.read)) {
          // Only the centre knows what was redeemed since the copy was made.
          return err(refusal('forbidden', { why: 'the centre decides' }));
        }
        const isManager = by.role !== 'cashier';
        let managerId = by.operatorId;
        if (!isManager || input.kind === 'ledger_unanchored') {
          const manager = await verifyManagerPin(services, by, input.managerPin);
          if (!manager.ok) return manager;
          managerId = manager.value.id;
        }
        const till = services.tillName(by);
        store.transact((tx) => {
          faults.forget(tx, input.kind);
          if (input.kind === 'clock_set_back') {
            const at = clock.machineNow();
            const stamp = { at, operatorId: managerId, till };
            tx.append('clock.accepted', { behindMs: clock.behindMs() }, stamp);
            // These name times of the clock that is given up: waits, ends of holds, and when sync last ended well.
            tx.write.throttles.clearAll();
            endHoldsOfAnotherClock(tx, stamp);
            forgetSyncTime(tx, at);
            return;
          }
          const incarnation = (store.identity()?.incarnation ?? 1) + 1;
          // A ledger without a centre is its own authority: the manager says that no other copy is in use.
          continueAs(tx, services, incarnation, { at: clock.now(), operatorId: managerId, till }, true);
        });
        if (input.kind === 'clock_set_back') clock.restart();
        services.pushes.send({ topic: 'app.changed' });
        return ok({ faults: faults.list() });
      },
    },
  };
}
