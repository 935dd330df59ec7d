import type { Reads } from '../../db/store.ts';
import { MAX_LEASE_WISH, type PushRequest } from '../../shared/contracts/sync.ts';
import type { Offer } from '../../shared/engine/offer.ts';

/** How many rights a ledger would like to have at hand at least; what its busiest day took, if that is more. */
const AT_HAND = 25;
/** Of the days on which the offer was used here. */
const DAYS_LOOKED_AT = 7;
/** With less than this part of them left it asks for more, before a customer has to be sent away. */
const LOW_WATER = 0.4;
const MAX_WISHES = 500;
const OFFERS_PER_PAGE = 200;

/** The part of a budget that a ledger would like to have at hand, and at least so many discounts of the usual size. */
const BUDGET_SHARE = 20;
const DISCOUNTS_AT_HAND = 25;

export type Wishes = Pick<PushRequest, 'leaseWishes' | 'budgetWishes'>;

type Limited = {
  readonly version: number;
  readonly total: boolean;
  readonly budgetMinor: number | undefined;
};

/** `when_low`: of offers whose rights here get few; `fill_up`: of all of which there are fewer than it would like. */
export type WishMode = 'when_low' | 'fill_up';

/** What rights and money this ledger would like to hold of limited offers. Terms are read once for each version. */
export function createLeaseWishes(): (read: Reads, mode: WishMode) => Wishes {
  const known = new Map<string, Limited>();
  return (read, mode) => {
    const leaseWishes: Wishes['leaseWishes'] = [];
    const budgetWishes: Wishes['budgetWishes'] = [];
    let after = { createdAt: Number.MAX_SAFE_INTEGER, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
    for (;;) {
      const page = read.offers.newest(after, OFFERS_PER_PAGE);
      for (const row of page) {
        if (row.status !== 'active' || row.origin !== 'centre') continue;
        const { total, budgetMinor } = limitsOf(known, row);
        const rights = total ? wishForRights(read, row.id, mode) : undefined;
        if (rights !== undefined) leaseWishes.push(rights);
        const money = budgetMinor === undefined ? undefined : wishForMoney(read, row.id, budgetMinor, mode);
        if (money !== undefined) budgetWishes.push(money);
        if (leaseWishes.length === MAX_WISHES || budgetWishes.length === MAX_WISHES)
          return { leaseWishes, budgetWishes };
      }
      const last = page.at(-1);
      if (last === undefined || page.length < OFFERS_PER_PAGE) return { leaseWishes, budgetWishes };
      after = { createdAt: last.createdAt, id: last.id };
    }
  };
}

function wishForRights(
  read: Reads,
  offerId: string,
  mode: WishMode,
): Wishes['leaseWishes'][number] | undefined {
  const leases = read.leases.ofOffer(offerId);
  const free = leases.reduce((sum, lease) => sum + lease.leased, 0);
  const held = leases.reduce((sum, lease) => sum + lease.reserved, 0);
  const atHand = Math.max(
    AT_HAND,
    ...read.redemptions.newestDays(offerId, DAYS_LOOKED_AT).map((day) => day.uses),
  );
  return free < (mode === 'fill_up' ? atHand : atHand * LOW_WATER)
    ? { offerId, want: Math.min(held + atHand, MAX_LEASE_WISH) }
    : undefined;
}

/** Asked for again when half of it is gone. */
function wishForMoney(
  read: Reads,
  offerId: string,
  budgetMinor: number,
  mode: WishMode,
): Wishes['budgetWishes'][number] | undefined {
  const free = read.budgets.ofOffer(offerId).reduce((sum, lease) => sum + lease.leased, 0);
  const { uses = 0, discountMinor = 0 } = read.redemptions.count(offerId, 'all', '') ?? {};
  const usualMinor = uses === 0 ? 0 : Math.ceil(discountMinor / uses);
  const wantMinor = Math.max(
    Math.ceil(budgetMinor / BUDGET_SHARE),
    usualMinor * DISCOUNTS_AT_HAND,
    ...read.redemptions.newestDays(offerId, DAYS_LOOKED_AT).map((day) => day.discountMinor),
  );
  return free < (mode === 'fill_up' ? wantMinor : wantMinor / 2) ? { offerId, wantMinor } : undefined;
}

function limitsOf(
  known: Map<string, Limited>,
  row: { readonly id: string; readonly version: number; readonly terms: string },
): Limited {
  const before = known.get(row.id);
  if (before?.version === row.version) return before;
  // The ledger wrote these terms after parsing them.
  const { limits } = JSON.parse(row.terms) as Offer;
  const now = { version: row.version, total: limits.total !== undefined, budgetMinor: limits.budgetMinor };
  known.set(row.id, now);
  return now;
}
