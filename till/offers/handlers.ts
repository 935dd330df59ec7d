import type { OfferRow } from '../../db/queries/offers.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Feature, signedIn } from '../handlers.ts';
import { cutPage, newestCursor, readNewestCursor } from '../paging.ts';
import type { Services } from '../services.ts';
import { archiveOffer, changeOffer } from './change-offer.ts';
import { createOffer } from './create-offer.ts';
import { lowOffers } from './low-offers.ts';
import { shownOffer, statusOf } from './offer-row.ts';

/** Rows looked at for one page of a filtered list; a page may come short, its cursor goes on. */
const MAX_SCANNED = 1_000;

export function offersFeature(services: Services): Feature {
  const { store } = services;
  const { read } = store;
  return {
    handlers: {
      'offers.create'(call, input) {
        const made = createOffer(services, signedIn(call), input);
        if (!made.ok) return made;
        services.pushes.send({ topic: 'catalogue.changed' });
        return ok(shownOffer(services, made.value));
      },

      'offers.change'(call, input) {
        const changed = changeOffer(services, signedIn(call), input);
        if (!changed.ok) return changed;
        services.pushes.send({ topic: 'catalogue.changed' });
        return ok(shownOffer(services, changed.value));
      },

      'offers.archive'(call, { offerId }) {
        const archived = archiveOffer(services, signedIn(call), offerId);
        if (!archived.ok) return archived;
        services.pushes.send({ topic: 'catalogue.changed' });
        return ok(shownOffer(services, archived.value));
      },

      'offers.low': () => ok({ offers: lowOffers(services) }),

      'offers.list'(_call, { cursor, limit, status }) {
        const after = readNewestCursor(cursor);
        if (!after.ok) return after;
        if (status === undefined) {
          const { page, nextCursor } = cutPage(
            read.offers.newest(after.value, limit + 1),
            limit,
            newestCursor,
          );
          return ok({
            offers: page.map((row) => shownOffer(services, row)),
            ...(nextCursor === undefined ? {} : { nextCursor }),
          });
        }
        const scanned = read.offers.newest(after.value, MAX_SCANNED);
        const fitting = scanned.filter((row) => statusOf(row) === status);
        const page = fitting.slice(0, limit);
        const last: OfferRow | undefined = fitting.length > limit ? page.at(-1) : scanned.at(-1);
        const more = fitting.length > limit || scanned.length === MAX_SCANNED;
        return ok({
          offers: page.map((row) => shownOffer(services, row)),
          ...(more && last ? { nextCursor: newestCursor(last) } : {}),
        });
      },

      'offers.get'(_call, { offerId }) {
        const row = read.offers.byId(offerId);
        return row ? ok(shownOffer(services, row)) : err(refusal('not_found', { what: 'offer' }));
      },

      'offers.setPaused'(call, { offerId, paused }) {
        const by = signedIn(call);
        const row = read.offers.byId(offerId);
        if (!row) return err(refusal('not_found', { what: 'offer' }));
        if (row.status === 'archived') return err(refusal('archived'));
        if (row.pausedHere !== paused) {
          store.transact((tx) => {
            tx.write.offers.setPausedHere(offerId, paused);
            tx.append('offer.paused', { offerId, paused }, services.stamp(by));
          });
          services.pushes.send({ topic: 'catalogue.changed' });
        }
        return ok(shownOffer(services, { ...row, pausedHere: paused }));
      },
    },
  };
}
