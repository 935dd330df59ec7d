import type { IncidentRow } from '../../db/queries/incidents.ts';
import { displayCode } from '../../shared/codes/display-code.ts';
import { type Incident, outcomesOf } from '../../shared/contracts/incident.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Feature, type Outcome, signedIn } from '../handlers.ts';
import { termsOf } from '../offers/terms.ts';
import { cutPage, newestCursor, readNewestCursor } from '../paging.ts';
import type { Services } from '../services.ts';
import { keepIncident } from './keep-incident.ts';

/** The reconciliation inbox of this location. */
export function inboxFeature(services: Services): Feature {
  const { store } = services;
  const { read } = store;
  const unknown = err(refusal('not_found', { what: 'incident' }));
  return {
    handlers: {
      'inbox.list'(_call, { status, cursor, limit }) {
        const after = readNewestCursor(cursor);
        if (!after.ok) return after;
        const rows = read.incidents.newest(status, after.value, limit + 1);
        const { page, nextCursor } = cutPage(rows, limit, newestCursor);
        return ok({
          incidents: page.map(incidentOf),
          openCount: read.incidents.openCount(),
          ...(nextCursor === undefined ? {} : { nextCursor }),
        });
      },

      'inbox.get'(_call, { incidentId }) {
        const row = read.incidents.byId(incidentId);
        if (!row) return unknown;
        const incident = incidentOf(row);
        const coupon = incident.couponId === undefined ? undefined : read.coupons.byId(incident.couponId);
        const offer = incident.offerId === undefined ? undefined : read.offers.byId(incident.offerId);
        const event = eventOf(services, incident);
        return ok({
          incident,
          ...(coupon && { code: displayCode(coupon.code) }),
          ...(offer && { offerName: termsOf(offer).name }),
          ...(event === undefined ? {} : { event }),
          waiting: row.waiting,
        });
      },

      'inbox.resolve'(call, { incidentId, ...decision }) {
        const by = signedIn(call);
        return store.transact((tx): Outcome<Incident> => {
          const row = tx.read.incidents.byId(incidentId);
          if (!row) return unknown;
          const incident = incidentOf(row);
          if (row.status === 'resolved') {
            return incident.outcome === decision.outcome
              ? ok(incident)
              : err(refusal('conflict', { why: 'it was decided before' }));
          }
          const allowed: readonly string[] = outcomesOf[incident.kind];
          if (!allowed.includes(decision.outcome))
            return err(refusal('invalid_input', { why: `one of ${allowed.join(', ')}` }, 'outcome'));
          if (decision.outcome === 'recovered' && decision.recoveredFrom === undefined)
            return err(refusal('invalid_input', { why: 'from whom it was recovered' }, 'recoveredFrom'));
          const stamp = services.stamp(by);
          tx.append('incident.resolved', { incidentId, by: by.name, ...decision }, stamp);
          const decided: Incident = {
            ...incident,
            ...decision,
            // Whether the event can be applied now, the centre alone knows.
            status: decision.outcome === 'replayed' ? 'open' : 'resolved',
            resolvedBy: by.name,
            resolvedAt: stamp.at,
          };
          keepIncident(tx, decided, true);
          return ok(decided);
        });
      },
    },
  };
}

function incidentOf(row: IncidentRow): Incident {
  // `keepIncident` wrote it.
  return JSON.parse(row.incident) as Incident;
}

/** The text of an event that the centre set aside, where it is one of this ledger. */
function eventOf({ store }: Services, incident: Incident): string | undefined {
  const seq = incident.sides[0]?.seq;
  const isOwn = incident.ledgerId === store.identity()?.ledgerId;
  return incident.kind === 'quarantine' && isOwn && typeof seq === 'number'
    ? store.read.events.at(seq)?.body
    : undefined;
}
