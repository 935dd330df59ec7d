import type { Offer } from '../../shared/engine/offer.ts';
import { endOfDay } from '../reports/days.ts';

/** The last instant at which the terms accept anybody, as the engine judges it; `undefined`: they have no end. */
export function endsAt({ validity }: Offer): number | undefined {
  const ends: number[] = [];
  if (validity.endsAt !== undefined) ends.push(validity.endsAt);
  const { days } = validity;
  if (days?.last !== undefined) ends.push(endOfDay(days.zone, days.last));
  return ends.length === 0 ? undefined : Math.min(...ends);
}
