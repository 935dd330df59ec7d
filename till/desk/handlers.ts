import type { OutputOf } from '../../shared/contracts/operations.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { readAnchor } from '../anchor/anchor.ts';
import { auditInSteps } from '../audit/audit-ledger.ts';
import { type Feature, signedIn } from '../handlers.ts';
import { type Location, writeLocation } from '../location.ts';
import { cutPage, readNumberCursor } from '../paging.ts';
import type { Services } from '../services.ts';
import { isKnownZone } from '../wall-time.ts';
import { changeOperator } from './change-operator.ts';
import { readQuickKeys, writeQuickKeys } from './quick-keys.ts';

/** What managers and admins set up at their desk, and how they look behind it. */
export function deskFeature(services: Services): Feature {
  const { store, ports } = services;
  const { read } = store;
  let auditing = false;

  return {
    handlers: {
      'location.change'(call, changes) {
        const by = signedIn(call);
        // The name of a lane is its own; this one's is the hub's.
        if (by.lane) return err(refusal('forbidden', { why: 'at the till that holds the ledger' }));
        if (!isKnownZone(changes.timeZone)) {
          return err(refusal('invalid_input', { why: 'this machine does not know the zone' }, 'timeZone'));
        }
        const before = services.location();
        assert(before, 'operations wait for the first run');
        const location: Location = { ...before, ...changes };
        store.transact((tx) => {
          writeLocation(tx.write, location);
          tx.append('location.changed', changes, services.stamp(by));
        });
        services.reloadLocation();
        services.pushes.send({ topic: 'app.changed' });
        return ok(location);
      },

      async 'operators.change'(call, input) {
        const changed = await changeOperator(services, signedIn(call), input);
        if (!changed.ok) return changed;
        const { id, name, role } = changed.value;
        return ok({ id, name, role });
      },

      'quickKeys.list': () => ok({ keys: readQuickKeys(read) }),

      'quickKeys.save'(_call, { keys }) {
        store.transact((tx) => writeQuickKeys(tx.write, keys));
        services.pushes.send({ topic: 'catalogue.changed' });
        return ok({ keys });
      },

      'audit.events'(_call, { cursor, limit }) {
        const before = readNumberCursor(cursor, store.head().seq + 1);
        if (!before.ok) return before;
        const from = Math.max(1, before.value - limit);
        const rows = read.events.from(from, before.value - from).reverse();
        const { page } = cutPage(rows, limit, (row) => String(row.seq));
        return ok({
          events: page.map(({ seq, at, type, hash, body }) => {
            const { operatorId, till } = JSON.parse(body) as { operatorId?: string; till?: string };
            const operatorName = operatorId === undefined ? undefined : read.operators.byId(operatorId)?.name;
            return {
              seq,
              at,
              type,
              hash,
              body,
              ...(operatorName === undefined ? {} : { operatorName }),
              ...(till === undefined ? {} : { till }),
            };
          }),
          ...(from > 1 ? { nextCursor: String(from) } : {}),
        });
      },

      async 'work.cancel'(_call, { workId }) {
        services.works.cancel(workId);
        return ok({});
      },

      async 'audit.run'(_call, { workId }) {
        if (auditing) return err(refusal('busy'));
        auditing = true;
        try {
          return await services.works.run<OutputOf<'audit.run'>>(workId, async (step) => {
            const steps = auditInSteps({ read, identity: store.identity() }, () => readAnchor(ports.anchor));
            for (;;) {
              const { done, value } = steps.next();
              if (!done) {
                await step(value, store.head().seq);
                continue;
              }
              if (!value.ok) return ok({ whole: false as const, ...value.error });
              const { head, redemptions, voided } = value.value;
              return ok({ whole: true as const, events: head.seq, hash: head.hash, redemptions, voided });
            }
          });
        } finally {
          auditing = false;
        }
      },
    },
  };
}
