import { and, desc, eq, ilike, type SQL } from 'drizzle-orm';
import { offerSchema } from '../../shared/contracts/offer.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { createBudget, settleBudget } from '../budgets/budgets.ts';
import { isCampaignLimited } from '../campaigns/limits.ts';
import type { Centre, Outcome } from '../centre.ts';
import { createEscrow, settleEscrow } from '../escrow/escrow.ts';
import { settleOffer } from '../escrow/settle.ts';
import { announce } from '../feed/announce.ts';
import { cutPage, olderThan, type PageKey } from '../paging.ts';
import type { Db } from '../store/db.ts';
import { escrows, offers, offerVersions } from '../store/schema.ts';
import { endsAt } from './ends-at.ts';

export type OfferRow = typeof offers.$inferSelect;
export type EscrowRow = typeof escrows.$inferSelect;
export type OfferState = { readonly row: OfferRow; readonly escrow: EscrowRow | undefined };

/**
 * Adds an offer. With `locationId` it is one that a ledger wrote: that location alone gives it, and all of its rights
 * are with the ledger already.
 */
export async function addOffer(
  tx: Db,
  centre: Centre,
  offer: Offer,
  options: {
    readonly locationId?: string;
    readonly ownCouponId?: string;
    readonly createdAt?: number;
  } = {},
): Promise<OfferRow> {
  const now = centre.ports.now();
  const locationId = options.locationId ?? null;
  const row: OfferRow = {
    id: offer.id,
    version: offer.version,
    status: offer.status,
    name: offer.name,
    terms: offer,
    locationId,
    ownCouponId: options.ownCouponId ?? null,
    createdAt: options.createdAt ?? now,
    updatedAt: now,
    endsAt: endsAt(offer) ?? null,
    endTold: null,
    campaignLimited: await isCampaignLimited(tx, offer.campaignId),
  };
  await tx.insert(offers).values(row);
  await tx
    .insert(offerVersions)
    .values({ offerId: offer.id, version: offer.version, terms: offer, createdAt: now });
  if (offer.limits.total !== undefined)
    await createEscrow(tx, offer.id, offer.limits.total, locationId === null ? 'pool' : 'leased');
  await createBudget(tx, offer, locationId === null ? 'pool' : 'leased');
  await announce(tx, [{ kind: 'offer', ref: offer.id, locationId }]);
  return row;
}

export async function findOffer(db: Db, offerId: string): Promise<OfferState | undefined> {
  const [found] = await db
    .select()
    .from(offers)
    .leftJoin(escrows, eq(escrows.offerId, offers.id))
    .where(eq(offers.id, offerId));
  return found && { row: found.offers, escrow: found.escrows ?? undefined };
}

export type OfferFilter = {
  readonly status?: OfferRow['status'] | undefined;
  readonly search?: string | undefined;
};

export async function listOffers(
  db: Db,
  filter: OfferFilter,
  page: { readonly after?: PageKey | undefined; readonly limit: number },
): Promise<{ rows: OfferState[]; nextCursor?: string }> {
  const conditions: SQL[] = [];
  if (filter.status !== undefined) conditions.push(eq(offers.status, filter.status));
  if (filter.search !== undefined) conditions.push(ilike(offers.name, `%${escapeLike(filter.search)}%`));
  if (page.after !== undefined) conditions.push(olderThan(offers.createdAt, offers.id, page.after));
  const rows = await db
    .select()
    .from(offers)
    .leftJoin(escrows, eq(escrows.offerId, offers.id))
    .where(and(...conditions))
    .orderBy(desc(offers.createdAt), desc(offers.id))
    .limit(page.limit + 1);
  const states = rows.map((found) => ({ row: found.offers, escrow: found.escrows ?? undefined }));
  return cutPage(states, page.limit, (state) => ({ at: state.row.createdAt, id: state.row.id }));
}

export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (c) => `\\${c}`);
}

/** The next version of an offer, made by `change` from the present one. `expected`: the version that the caller saw. */
export async function changeOffer(
  tx: Db,
  centre: Centre,
  offerId: string,
  expected: number | undefined,
  change: (terms: Offer) => Offer,
): Promise<Outcome<OfferRow>> {
  const [row] = await tx.select().from(offers).where(eq(offers.id, offerId)).for('update');
  if (row === undefined) return err(refusal('not_found', { what: 'offer' }));
  if (expected !== undefined && expected !== row.version)
    return err(refusal('stale_version', { version: row.version }));
  const changed = change(row.terms);
  if ((changed.limits.total === undefined) !== (row.terms.limits.total === undefined)) {
    return err(refusal('conflict', { why: 'a total limit can be raised or lowered, not added or removed' }));
  }
  if ((changed.limits.budgetMinor === undefined) !== (row.terms.limits.budgetMinor === undefined))
    return err(refusal('conflict', { why: 'a budget can be raised or lowered, not added or removed' }));
  if (changed.currency !== row.terms.currency)
    return err(refusal('conflict', { why: 'the currency of an offer stays' }));
  const parsed = offerSchema.safeParse({ ...changed, id: offerId, version: row.version + 1 });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return err(refusal('invalid_input', { why: issue?.message ?? '' }, issue?.path.join('.')));
  }
  const terms: Offer = parsed.data;
  const now = centre.ports.now();
  const next: OfferRow = {
    ...row,
    version: terms.version,
    status: terms.status,
    name: terms.name,
    terms,
    updatedAt: now,
    endsAt: endsAt(terms) ?? null,
    campaignLimited: await isCampaignLimited(tx, terms.campaignId),
  };
  await tx
    .update(offers)
    .set({
      version: next.version,
      status: next.status,
      name: next.name,
      terms,
      updatedAt: now,
      endsAt: next.endsAt,
      campaignLimited: next.campaignLimited,
    })
    .where(eq(offers.id, offerId));
  await tx.insert(offerVersions).values({ offerId, version: terms.version, terms, createdAt: now });
  const before = row.terms.limits.total ?? 0;
  if (terms.limits.total !== undefined && terms.limits.total > before)
    await settleEscrow(tx, centre, offerId, terms.limits.total);
  await settleOffer(tx, centre, offerId);
  await settleBudget(tx, centre, offerId);
  await announce(tx, [{ kind: 'offer', ref: offerId, locationId: row.locationId }]);
  return ok(next);
}
