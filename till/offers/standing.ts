import type { z } from 'zod';
import type { OfferRow } from '../../db/queries/offers.ts';
import type { offerRowSchema } from '../../shared/contracts/operations/offers.ts';
import { campaignFacts } from '../campaigns/campaign-facts.ts';
import type { Services } from '../services.ts';
import { isEnrolled } from '../sync-state.ts';
import { termsOf } from './terms.ts';

type Standing = Pick<z.output<typeof offerRowSchema>, 'standing' | 'opensOn'>;

const NO_BASKET = '00000000-0000-0000-0000-000000000000';

/** Where an offer stands now, by its own days and limits and its campaign's, so that nobody takes it for running. */
export function standingOf(services: Services, row: Pick<OfferRow, 'id' | 'terms'>): Standing {
  const { clock, wallTimes, store } = services;
  const { read } = store;
  const { validity, limits, campaignId } = termsOf(row);
  const now = clock.now();
  const timeZone = services.location()?.timeZone ?? 'UTC';
  const about = { basketId: NO_BASKET, timeZone };
  const campaign =
    campaignId === undefined ? undefined : campaignFacts(read, wallTimes.at, [campaignId], about)[campaignId];
  const { days, startsAt, endsAt } = validity;
  const today = days === undefined ? '' : wallTimes.at(now, days.zone).date;

  const isOver =
    (days?.last !== undefined && today > days.last) ||
    (endsAt !== undefined && now > endsAt) ||
    (campaign?.endsAt !== undefined && now > campaign.endsAt);
  if (isOver) return { standing: 'over' };

  const starts = [startsAt, campaign?.startsAt].filter((at) => at !== undefined && at > now);
  const firstDays = starts.flatMap((at) => (at === undefined ? [] : wallTimes.at(at, timeZone).date));
  if (days?.first !== undefined && today < days.first) firstDays.push(days.first);
  const opensOn = firstDays.sort().at(-1);
  if (opensOn !== undefined) return { standing: 'later', opensOn };

  // What is left elsewhere is known to the centre alone.
  if (isEnrolled(read)) return { standing: 'open' };
  const spent = read.redemptions.count(row.id, 'all', '');
  const { uses = 0, discountMinor = 0 } = spent ?? {};
  const isUsedUp =
    uses >= (limits.total ?? Number.POSITIVE_INFINITY) ||
    discountMinor >= (limits.budgetMinor ?? Number.POSITIVE_INFINITY) ||
    (campaign?.uses ?? 0) >= (campaign?.maxUses ?? Number.POSITIVE_INFINITY) ||
    (campaign?.spentMinor ?? 0) >= (campaign?.budgetMinor ?? Number.POSITIVE_INFINITY);
  return { standing: isUsedUp ? 'used_up' : 'open' };
}
