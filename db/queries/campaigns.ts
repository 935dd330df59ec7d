import { asc, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { campaigns, centreCampaigns, reservations } from '../schema.ts';
import { bound, equals } from './equals.ts';

const { placeholder } = sql;

export type CampaignRow = typeof campaigns.$inferSelect;
export type CentreCampaignRow = typeof centreCampaigns.$inferSelect;
export type Spent = { readonly uses: number; readonly discountMinor: number };

/** The offers whose present terms name the campaign. `campaign_id` is computed by the database from the terms. */
const offersOfCampaign = sql`SELECT o.id FROM offer_versions v
  JOIN offers o ON o.id = v.offer_id AND o.version = v.version WHERE v.campaign_id = ${placeholder('campaignId')}`;

export function campaignReads(db: Drizzle) {
  const byId = db.select().from(campaigns).where(equals(campaigns.id, 'id')).prepare();
  const byRequest = db.select().from(campaigns).where(equals(campaigns.requestId, 'requestId')).prepare();
  const all = db.select().from(campaigns).orderBy(asc(campaigns.createdAt), asc(campaigns.id)).prepare();
  const spent = db
    .select({
      uses: sql<number>`coalesce(sum(uses), 0)`,
      discountMinor: sql<number>`coalesce(sum(discount_minor), 0)`,
    })
    .from(sql`use_counts`)
    .where(sql`scope = 'all' AND key = '' AND offer_id IN (${offersOfCampaign})`)
    .prepare();
  const held = db
    .select({
      uses: sql<number>`count(*)`,
      discountMinor: sql<number>`coalesce(sum(${reservations.discountMinor}), 0)`,
    })
    .from(reservations)
    .where(
      sql`${reservations.basketId} <> ${bound(reservations.basketId, 'basketId')} AND ${reservations.offerId} IN (${offersOfCampaign})`,
    )
    .prepare();
  const offerCount = db.select({ count: sql<number>`count(*)` }).from(sql`(${offersOfCampaign})`).prepare();
  const ofCentre = db.select().from(centreCampaigns).where(equals(centreCampaigns.id, 'id')).prepare();
  const none: Spent = { uses: 0, discountMinor: 0 };
  return {
    byId: (id: string): CampaignRow | undefined => byId.get({ id }),
    ofCentre: (id: string): CentreCampaignRow | undefined => ofCentre.get({ id }),
    byRequest: (requestId: string): CampaignRow | undefined => byRequest.get({ requestId }),
    /** In the order in which they were made. */
    all: (): CampaignRow[] => all.all(),
    /** Redeemed and not voided, by all of its offers. */
    spent: (campaignId: string): Spent => spent.get({ campaignId }) ?? none,
    /** By open baskets other than this one. */
    held: (campaignId: string, basketId: string): Spent => held.get({ campaignId, basketId }) ?? none,
    offerCount: (campaignId: string): number => offerCount.get({ campaignId })?.count ?? 0,
  };
}

export function campaignWrites(db: Drizzle) {
  const putOfCentre = db
    .insert(centreCampaigns)
    .values({
      id: placeholder('id'),
      startsAt: placeholder('startsAt'),
      endsAt: placeholder('endsAt'),
      limited: placeholder('limited'),
    })
    .onConflictDoUpdate({
      target: centreCampaigns.id,
      set: {
        startsAt: sql`excluded.starts_at`,
        endsAt: sql`excluded.ends_at`,
        limited: sql`excluded.limited`,
      },
    })
    .prepare();
  const insert = db
    .insert(campaigns)
    .values({
      id: placeholder('id'),
      name: placeholder('name'),
      firstDay: placeholder('firstDay'),
      lastDay: placeholder('lastDay'),
      budgetMinor: placeholder('budgetMinor'),
      maxUses: placeholder('maxUses'),
      archived: placeholder('archived'),
      createdAt: placeholder('createdAt'),
      requestId: placeholder('requestId'),
    })
    .prepare();
  const update = db
    .update(campaigns)
    .set({
      name: sql`${placeholder('name')}`,
      firstDay: sql`${placeholder('firstDay')}`,
      lastDay: sql`${placeholder('lastDay')}`,
      budgetMinor: sql`${placeholder('budgetMinor')}`,
      maxUses: sql`${placeholder('maxUses')}`,
      archived: sql`${placeholder('archived')}`,
    })
    .where(equals(campaigns.id, 'id'))
    .prepare();
  return {
    putOfCentre: (row: CentreCampaignRow) => void putOfCentre.run({ ...row, limited: row.limited ? 1 : 0 }),
    insert: (row: CampaignRow) => void insert.run({ ...row, archived: row.archived ? 1 : 0 }),
    update: (row: CampaignRow) => void update.run({ ...row, archived: row.archived ? 1 : 0 }),
  };
}
