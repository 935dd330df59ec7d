import { and, eq, inArray, sql } from 'drizzle-orm';
import type { CampaignFacts } from '../../shared/engine/types.ts';
import type { Centre } from '../centre.ts';
import { endOfDay, startOfDate } from '../reports/days.ts';
import { anyOf } from '../store/any-of.ts';
import { type Db, query } from '../store/db.ts';
import { campaigns, offers } from '../store/schema.ts';
import { takeTurns } from '../store/take-turns.ts';

type CampaignRow = typeof campaigns.$inferSelect;

/** Whoever counts what a campaign has given takes this turn. */
export const campaignTurn = (campaignId: string): string => `campaign ${campaignId}`;

export function hasLimits({ budgetMinor, maxUses }: CampaignRow): boolean {
  return budgetMinor !== null || maxUses !== null;
}

export async function isCampaignLimited(db: Db, campaignId: string | undefined): Promise<boolean> {
  if (campaignId === undefined) return false;
  const [row] = await db.select().from(campaigns).where(sql`${campaigns.id} = ${campaignId}::uuid`);
  return row !== undefined && hasLimits(row);
}

/** When it runs, by the centre's zone. One that was ended gives nothing any more, whatever its days say. */
export function campaignTimes(centre: Centre, row: CampaignRow): Pick<CampaignFacts, 'startsAt' | 'endsAt'> {
  const zone = centre.config.time_zone;
  const ends = row.lastDay === null ? undefined : endOfDay(zone, row.lastDay);
  return {
    startsAt: row.firstDay === null ? undefined : startOfDate(zone, row.firstDay),
    endsAt: row.status === 'archived' ? Math.min(ends ?? row.updatedAt, row.updatedAt) - 1 : ends,
  };
}

/** What the engine must know of the campaigns of these offers. One that only a location knows is judged there. */
export async function campaignFacts(
  db: Db,
  centre: Centre,
  campaignIds: readonly (string | undefined)[],
): Promise<Record<string, CampaignFacts> | undefined> {
  const ids = [...new Set(campaignIds.filter((id) => id !== undefined))];
  if (ids.length === 0) return undefined;
  const rows = await db.select().from(campaigns).where(inArray(campaigns.id, ids));
  const facts: Record<string, CampaignFacts> = {};
  for (const row of rows) {
    const given = hasLimits(row) ? await givenBy(db, row.id) : undefined;
    facts[row.id] = {
      ...campaignTimes(centre, row),
      budgetMinor: row.budgetMinor ?? undefined,
      spentMinor: given?.discountMinor,
      maxUses: row.maxUses ?? undefined,
      uses: given?.uses,
    };
  }
  return facts;
}

/** What a campaign has given, counted on use by use. */
export type CampaignCount = {
  readonly maxUses: number | null;
  readonly budgetMinor: number | null;
  uses: number;
  discountMinor: number;
};

/**
 * The limited campaigns of these offers, by offer. Whoever counts waits for everybody else who does.
 * @returns one count for all offers of a campaign
 */
export async function countCampaigns(
  tx: Db,
  offerIds: readonly string[],
): Promise<Map<string, CampaignCount>> {
  const counts = new Map<string, CampaignCount>();
  if (offerIds.length === 0) return counts;
  const rows = await tx
    .select({ offerId: offers.id, campaign: campaigns })
    .from(offers)
    .innerJoin(campaigns, sql`${campaigns.id}::text = ${offers.terms} ->> 'campaignId'`)
    .where(and(anyOf(offers.id, offerIds), eq(offers.campaignLimited, true)))
    .orderBy(campaigns.id);
  const ofCampaign = new Map<string, CampaignCount>();
  for (const { offerId, campaign } of rows) {
    let count = ofCampaign.get(campaign.id);
    if (count === undefined) {
      await takeTurns(tx, [campaignTurn(campaign.id)]);
      const { maxUses, budgetMinor } = campaign;
      count = { maxUses, budgetMinor, ...(await givenBy(tx, campaign.id)) };
      ofCampaign.set(campaign.id, count);
    }
    counts.set(offerId, count);
  }
  return counts;
}

/** Counts a use that happened. @returns what of its discount went past a limit; undefined: none */
export function countCampaignUse(count: CampaignCount, discountMinor: number): number | undefined {
  count.uses += 1;
  count.discountMinor += discountMinor;
  if (count.maxUses !== null && count.uses > count.maxUses) return discountMinor;
  const past = count.budgetMinor === null ? 0 : count.discountMinor - count.budgetMinor;
  return past > 0 ? Math.min(discountMinor, past) : undefined;
}

/** Open holds included: who holds a use has its place already. */
async function givenBy(db: Db, campaignId: string): Promise<{ uses: number; discountMinor: number }> {
  const ofIt = sql`SELECT id FROM offers WHERE terms ? 'campaignId' AND terms ->> 'campaignId' = ${campaignId}`;
  const [row] = await query<{ uses: string; discount: string }>(
    db,
    sql`
      SELECT coalesce(sum(uses), 0) AS uses, coalesce(sum(discount), 0) AS discount FROM (
        SELECT count(*) FILTER (WHERE status = 'redeemed') AS uses,
          sum(discount_minor - returned_minor) AS discount
        FROM redemptions WHERE offer_id IN (${ofIt}) AND status <> 'voided'
        UNION ALL
        SELECT count(*), sum(discount_minor) FROM reservations WHERE offer_id IN (${ofIt}) AND status = 'reserved'
      ) AS given`,
  );
  return { uses: Number(row?.uses ?? 0), discountMinor: Number(row?.discount ?? 0) };
}
