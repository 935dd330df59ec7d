import type { Reads } from '../../db/store.ts';
import type { PushRequest } from '../../shared/contracts/sync.ts';
import type { Offer } from '../../shared/engine/offer.ts';

/** Below so many free rights more are asked for, before a customer has to be sent away. */
const LOW_WATER = 10;
/** How many a ledger would like to have at hand. */
const AT_HAND = 25;
const MAX_WISHES = 500;
const OFFERS_PER_PAGE = 200;

type Limited = { readonly version: number; readonly limited: boolean };

/** What rights this ledger would like to hold of limited offers. Terms are read once for each version. */
export function createLeaseWishes(): (read: Reads) => PushRequest['leaseWishes'] {
  const known = new Map<string, Limited>();
  return (read) => {
    const wishes: PushRequest['leaseWishes'] = [];
    let after = { createdAt: Number.MAX_SAFE_INTEGER, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
    for (;;) {
      const page = read.offers.newest(after, OFFERS_PER_PAGE);
      for (const row of page) {
        if (row.status !== 'active' || row.origin !== 'centre' || !isLimited(known, row)) continue;
        const leases = read.leases.ofOffer(row.id);
        const free = leases.reduce((sum, lease) => sum + lease.leased, 0);
        const held = leases.reduce((sum, lease) => sum + lease.reserved, 0);
        if (free < LOW_WATER) wishes.push({ offerId: row.id, want: held + AT_HAND });
        if (wishes.length === MAX_WISHES) return wishes;
      }
      const last = page.at(-1);
      if (last === undefined || page.length < OFFERS_PER_PAGE) return wishes;
      after = { createdAt: last.createdAt, id: last.id };
    }
  };
}

function isLimited(
  known: Map<string, Limited>,
  row: { readonly id: string; readonly version: number; readonly terms: string },
): boolean {
  const before = known.get(row.id);
  if (before?.version === row.version) return before.limited;
  // The ledger wrote these terms after parsing them.
  const { limits } = JSON.parse(row.terms) as Offer;
  const limited = limits.total !== undefined;
  known.set(row.id, { version: row.version, limited });
  return limited;
}
