import type { ReservationRow } from '../../db/queries/redemptions.ts';
import type { Reads } from '../../db/store.ts';
import type { Channel } from '../../shared/contracts/common.ts';
import { zonesOf } from '../../shared/engine/offer-book.ts';
import type { CustomerFacts, Facts, OfferUses, WallTime } from '../../shared/engine/types.ts';
import { budgetHere } from '../budgets/budget.ts';
import { campaignFacts } from '../campaigns/campaign-facts.ts';
import type { CustomerIdentifier } from '../customers.ts';
import { rightsLeft } from '../offers/offer-row.ts';
import type { FoundCoupon } from './find-coupon.ts';

/** Who, where and when, beside the basket. */
export type Circumstances = {
  readonly basketId: string;
  readonly now: number;
  readonly businessDay: string;
  readonly channel: Channel;
  readonly locationId: string;
  readonly timeZone: string;
  readonly operatorId: string;
  readonly customer:
    | { readonly identifier: CustomerIdentifier; readonly pseudonym: string; readonly id: string | undefined }
    | undefined;
};

/** What the engine must know of the ledger to judge these coupons. Holds of other baskets count as uses. */
export function gatherFacts(
  read: Reads,
  wallTimeAt: (instantMs: number, zone: string) => WallTime,
  found: readonly FoundCoupon[],
  about: Circumstances,
): Facts {
  const uses: Record<string, OfferUses> = {};
  for (const one of found) uses[one.offer.id] ??= usesOf(read, one, about);
  const wallTimes: Record<string, WallTime> = {};
  for (const zone of zonesOf(found.map((one) => one.offer))) wallTimes[zone] = wallTimeAt(about.now, zone);
  const { identifier, pseudonym } = about.customer ?? {};
  return {
    now: about.now,
    wallTimes,
    channel: about.channel,
    locationId: about.locationId,
    operatorId: about.operatorId,
    customer:
      pseudonym === undefined
        ? undefined
        : { id: pseudonym, emailDomain: domainOf(identifier), ...historyOf(read, found, about.customer?.id) },
    uses,
    campaigns: campaignFacts(
      read,
      wallTimeAt,
      found.map((one) => one.offer.campaignId),
      about,
    ),
  };
}

function usesOf(read: Reads, { offer }: FoundCoupon, about: Circumstances): OfferUses {
  const { limits } = offer;
  const { basketId } = about;
  const held = isLimited(offer) ? read.redemptions.heldOnOffer(offer.id, basketId) : [];
  const count = (
    limit: number | undefined,
    scope: 'all' | 'day' | 'operator' | 'customer',
    key: string | undefined,
    counts: (hold: ReservationRow) => boolean,
  ) =>
    limit === undefined || key === undefined
      ? undefined
      : (read.redemptions.count(offer.id, scope, key)?.uses ?? 0) + held.filter(counts).length;
  const { customer, businessDay, operatorId } = about;
  return {
    total: usedOfAll(read, offer.id, limits.total, basketId),
    atLocation: count(limits.perLocation, 'all', '', () => true),
    today: count(limits.perDay, 'day', businessDay, (hold) => hold.businessDay === businessDay),
    byOperator: count(limits.perOperator, 'operator', operatorId, (hold) => hold.operatorId === operatorId),
    // A customer without a row never redeemed anything here.
    byCustomer: count(
      limits.perCustomer,
      'customer',
      customer?.id,
      (hold) => hold.customerId === customer?.id,
    ),
    spentMinor: givenAway(read, offer, held, basketId),
  };
}

/**
 * What an offer's budget does not hold any more. A ledger with a part of the budget may give away no more than that,
 * unless the offer is accepted at risk: then what it knows of itself decides.
 */
function givenAway(
  read: Reads,
  offer: FoundCoupon['offer'],
  held: readonly ReservationRow[],
  basketId: string,
): number | undefined {
  const here = budgetHere(read, offer, basketId);
  if (here === undefined) return undefined;
  const { budgetMinor = 0 } = offer.limits;
  if (here.isWhole || offer.offlinePolicy.type === 'strict') return budgetMinor - here.freeMinor;
  const given = read.redemptions.count(offer.id, 'all', '')?.discountMinor ?? 0;
  return given + held.reduce((sum, hold) => sum + hold.discountMinor, 0);
}

/**
 * Where every right of an offer is in this ledger, what is not free, or held by this basket, is used: the engine can
 * judge the total. Where some are elsewhere, only the lease tells whether one may be spent here.
 */
function usedOfAll(
  read: Reads,
  offerId: string,
  limit: number | undefined,
  basketId: string,
): number | undefined {
  if (limit === undefined || !holdsAllRights(read, offerId, limit)) return undefined;
  const own = read.redemptions
    .heldByBasket(basketId)
    .filter((hold) => hold.offerId === offerId && hold.leaseId !== null).length;
  return Math.max(0, limit - rightsLeft(read, offerId) - own);
}

/** Nobody else can have rights of the offer: it was made here, and nothing was given back. */
export function holdsAllRights(read: Reads, offerId: string, limit: number): boolean {
  const here = read.leases
    .ofOffer(offerId)
    .reduce((sum, lease) => sum + lease.total - lease.returned - lease.burned, 0);
  return here >= limit;
}

/** Some limit needs a use to be held from scan to payment. */
export function isLimited({ limits, campaignId }: FoundCoupon['offer']): boolean {
  // A campaign's budget may be met by any of its offers.
  if (campaignId !== undefined) return true;
  const { total, perCustomer, perLocation, perDay, perOperator, budgetMinor } = limits;
  return [total, perCustomer, perLocation, perDay, perOperator, budgetMinor].some(
    (limit) => limit !== undefined,
  );
}

/** A longer history is told as this long: no offer asks for more. */
const MAX_PURCHASES = 1_000;

const ON_HISTORY: ReadonlySet<string> = new Set(['first_purchase', 'nth_purchase', 'segments']);

/**
 * What this ledger itself knows of the customer: sales at this location in which they redeemed something, voided ones
 * aside. Purchases without a code, and those of other locations, it never saw.
 */
function historyOf(
  read: Reads,
  found: readonly FoundCoupon[],
  customerId: string | undefined,
): Pick<CustomerFacts, 'purchases' | 'segments'> {
  const isAsked = found.some(({ offer }) => offer.conditions.some(({ type }) => ON_HISTORY.has(type)));
  if (!isAsked) return {};
  const baskets = new Set<string>();
  let seq = customerId === undefined ? null : (read.customers.byId(customerId)?.lastSeq ?? null);
  for (let steps = 0; seq !== null && steps < MAX_PURCHASES; steps++) {
    const row = read.redemptions.atSeq(seq);
    if (row?.voidedAt === null) baskets.add(row.basketId);
    seq = row?.prevCustomerSeq ?? null;
  }
  return { purchases: baskets.size, segments: [baskets.size === 0 ? 'new' : 'returning'] };
}

function domainOf(identifier: CustomerIdentifier | undefined): string | undefined {
  return identifier?.kind === 'email' ? identifier.value.slice(identifier.value.indexOf('@') + 1) : undefined;
}
