import { inArray, sql } from 'drizzle-orm';
import type { CampaignFacts } from '../../shared/engine/types.ts';
import type { Centre } from '../centre.ts';
import { endOfDay, startOfDate } from '../reports/days.ts';
import { type Db, query } from '../store/db.ts';
import { campaigns } from '../store/schema.ts';

type CampaignRow = typeof campaigns.$inferSelect;

export function hasLimits({ budgetMinor, maxUses }: CampaignRow): boolean {
  return budgetMinor !== null || maxUses !== null;
}

export async function isCampaignLimited(db: Db, campaignId: string | undefined): Promise<boolean> {
  if (campaignId === undefined) return false;
  const [row] = await db.select().from(campaigns).where(sql`${campaigns.id} = ${campaignId}::uuid`);
  return row !== undefined && hasLimits(row);
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
  const zone = centre.config.time_zone;
  const facts: Record<string, CampaignFacts> = {};
  for (const row of rows) {
    const given = hasLimits(row) ? await givenBy(db, row.id) : undefined;
    const ends = row.lastDay === null ? undefined : endOfDay(zone, row.lastDay);
    facts[row.id] = {
      startsAt: row.firstDay === null ? undefined : startOfDate(zone, row.firstDay),
      endsAt: row.status === 'archived' ? Math.min(ends ?? row.updatedAt, row.updatedAt) - 1 : ends,
      budgetMinor: row.budgetMinor ?? undefined,
      spentMinor: given?.discountMinor,
      maxUses: row.maxUses ?? undefined,
      uses: given?.uses,
    };
  }
  return facts;
}

/** Open holds included: who holds a use has its place already. */
async function givenBy(db: Db, campaignId: string): Promise<{ uses: number; discountMinor: number }> {
  const offers = sql`SELECT id FROM offers WHERE terms ? 'campaignId' AND terms ->> 'campaignId' = ${campaignId}`;
  const [row] = await query<{ uses: string; discount: string }>(
    db,
    sql`
      SELECT coalesce(sum(uses), 0) AS uses, coalesce(sum(discount), 0) AS discount FROM (
        SELECT count(*) FILTER (WHERE status = 'redeemed') AS uses,
          sum(discount_minor - returned_minor) AS discount
        FROM redemptions WHERE offer_id IN (${offers}) AND status <> 'voided'
        UNION ALL
        SELECT count(*), sum(discount_minor) FROM reservations WHERE offer_id IN (${offers}) AND status = 'reserved'
      ) AS given`,
  );
  return { uses: Number(row?.uses ?? 0), discountMinor: Number(row?.discount ?? 0) };
}
