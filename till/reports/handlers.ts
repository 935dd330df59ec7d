import type { OutputOf } from '../../shared/contracts/operations.ts';
import { DAY_MS } from '../../shared/kernel/instant.ts';
import { ok } from '../../shared/kernel/result.ts';
import type { Feature } from '../handlers.ts';
import { termsOf } from '../offers/terms.ts';
import type { Services } from '../services.ts';
import { reportRows } from './rows.ts';
import { summarise } from './summary.ts';

type CodeReport = OutputOf<'reports.codes'>['batches'][number];

/** Batches in one report, the newest ones. */
const MAX_BATCHES = 500;
const NEWEST = { createdAt: Number.MAX_SAFE_INTEGER, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

export function reportsFeature(services: Services): Feature {
  const { store, clock, wallTimes } = services;
  const { read } = store;

  function reportBatches(endingWithinDays: number): CodeReport[] {
    const zone = services.location()?.timeZone ?? 'UTC';
    const today = wallTimes.at(clock.now(), zone).date;
    const soon = wallTimes.at(clock.now() + endingWithinDays * DAY_MS, zone).date;
    return read.batches.newest(NEWEST, MAX_BATCHES).map((batch) => {
      const offer = read.offers.byId(batch.offerId);
      const terms = offer && termsOf(offer);
      const uses = (scope: 'batch' | 'batch_elsewhere') =>
        read.redemptions.count(batch.offerId, scope, batch.id)?.uses ?? 0;
      const { days, endsAt } = terms?.validity ?? {};
      const lastDay = days?.last ?? (endsAt === undefined ? undefined : wallTimes.at(endsAt, zone).date);
      const over = offer?.status === 'archived' || (lastDay !== undefined && lastDay < today);
      return {
        batchId: batch.id,
        name: batch.name,
        offerName: terms?.name ?? '',
        codes: batch.count,
        redeemed: uses('batch') + uses('batch_elsewhere'),
        ...(lastDay === undefined ? {} : { lastDay }),
        endsSoon: !over && lastDay !== undefined && lastDay <= soon,
        over,
      };
    });
  }

  return {
    handlers: {
      'reports.summary': async (_call, filter) => ok(await summarise(services, filter)),
      'reports.rows': (_call, input) => reportRows(services, input),
      'reports.codes': (_call, { endingWithinDays }) =>
        ok({ asOf: clock.now(), batches: reportBatches(endingWithinDays) }),
    },
  };
}
