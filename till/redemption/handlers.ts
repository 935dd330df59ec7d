import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { normaliseCustomer } from '../customers.ts';
import { type Feature, signedIn } from '../handlers.ts';
import { cutPage, readNumberCursor } from '../paging.ts';
import type { Services } from '../services.ts';
import type { HomeLine } from '../sync/home-line.ts';
import { checkBasket } from './check.ts';
import { confirmBasket } from './confirm.ts';
import { endExpiredHolds, endHold } from './holds.ts';
import { createOpenBaskets } from './open-baskets.ts';
import { pendingBaskets } from './pending.ts';
import { findSale } from './recorded-sale.ts';
import { quoteRefund, refundGoods } from './refund.ts';
import { shownRedemption, shownSale } from './shown.ts';
import { voidRedemption } from './void.ts';

/** @param homes brings codes that are at home elsewhere */
export function redemptionFeature(
  services: Services,
  homes: Pick<HomeLine, 'bring'>,
): Feature & { tidy(): void } {
  const { store } = services;
  const open = createOpenBaskets();

  /** Holds whose time is over go back on record; nobody waits for the next check to free them. */
  function tidy(): void {
    if (!store.identity()) return;
    const now = services.clock.now();
    if (store.read.redemptions.expired(now, 1).length === 0) return;
    const ended = store.transact((tx) => endExpiredHolds(tx, { ...services.stamp(), at: now }));
    services.ports.logger.info('holds ended because their time was over', { ended });
  }

  return {
    // What a till that was cut off left held: over, or shown to whoever signs in until somebody says what it is.
    start() {
      tidy();
      if (!store.identity()) return;
      const left = pendingBaskets(store.read, open, services.clock.now());
      if (left.length > 0) services.ports.logger.info('baskets were left open', { count: left.length });
    },
    tidy,
    handlers: {
      'redemption.check': (call, input) => checkBasket(services, homes, open, signedIn(call), input),

      'redemption.confirm'(call, { basketId }) {
        // A clock that was set back is put on record first; a basket that is complete is answered all the same.
        services.faults.clockBlocks();
        return confirmBasket(services, open, signedIn(call), basketId);
      },

      'redemption.customer'(_call, { customer }) {
        const read = normaliseCustomer(customer, services.phoneRegion());
        return read.ok ? ok({ customer: read.value }) : read;
      },

      'redemption.pending': () => ok({ baskets: pendingBaskets(store.read, open, services.clock.now()) }),

      'redemption.release'(call, { basketId }) {
        const by = signedIn(call);
        if (store.read.redemptions.basketStatus(basketId) === 'completed') {
          return err(refusal('basket_completed'));
        }
        open.forget(basketId);
        return store.transact((tx) => {
          const held = tx.read.redemptions.heldByBasket(basketId);
          for (const hold of held) endHold(tx, hold, 'released', services.stamp(by));
          if (held.length > 0) tx.write.redemptions.removeOpenBasket(basketId);
          return ok({ released: held.length });
        });
      },

      async 'redemption.void'(call, input) {
        const voided = await voidRedemption(services, signedIn(call), input);
        if (!voided.ok) return voided;
        services.pushes.send({ topic: 'redemption.recorded', redemptionId: voided.value.id });
        return ok(shownRedemption(store.read, voided.value));
      },

      'redemption.sale'(_call, { redemptionId }) {
        const found = findSale(store.read, redemptionId);
        return found.ok ? ok(shownSale(store.read, found.value)) : found;
      },

      'redemption.quoteRefund': (_call, goods) => quoteRefund(services, goods),

      async 'redemption.refund'(call, input) {
        const refunded = await refundGoods(services, signedIn(call), input);
        if (refunded.ok)
          services.pushes.send({ topic: 'redemption.recorded', redemptionId: input.redemptionId });
        return refunded;
      },

      'redemption.recent'(_call, { cursor, limit }) {
        const before = readNumberCursor(cursor, Number.MAX_SAFE_INTEGER);
        if (!before.ok) return before;
        const rows = store.read.redemptions.newest(before.value, limit + 1);
        const { page, nextCursor } = cutPage(rows, limit, (row) => String(row.seq));
        return ok({
          redemptions: page.map((row) => shownRedemption(store.read, row)),
          ...(nextCursor === undefined ? {} : { nextCursor }),
        });
      },
    },
  };
}
