import { and, desc, eq, sql } from 'drizzle-orm';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Centre, newId, type Outcome } from '../centre.ts';
import { announce } from '../feed/announce.ts';
import { escapeLike } from '../offers/offers.ts';
import { cutPage, olderThan, type PageKey } from '../paging.ts';
import { type Db, query } from '../store/db.ts';
import { campaigns, offers } from '../store/schema.ts';
import { hasLimits } from './limits.ts';

export type CampaignRow = typeof campaigns.$inferSelect;
export type CampaignUses = { readonly offers: number; readonly uses: number; readonly discountMinor: number };
export type CampaignState = { readonly row: CampaignRow; readonly uses: CampaignUses };

export type CampaignInput = {
  readonly name: string;
  readonly firstDay?: string | undefined;
  readonly lastDay?: string | undefined;
  readonly budgetMinor?: number | undefined;
  readonly maxUses?: number | undefined;
  readonly currency?: string | undefined;
};

function columnsOf(centre: Centre, input: CampaignInput) {
  return {
    name: input.name,
    firstDay: input.firstDay ?? null,
    lastDay: input.lastDay ?? null,
    budgetMinor: input.budgetMinor ?? null,
    maxUses: input.maxUses ?? null,
    currency: input.currency ?? centre.config.currency,
  };
}

export async function addCampaign(centre: Centre, input: CampaignInput): Promise<CampaignRow> {
  const now = centre.ports.now();
  return centre.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(campaigns)
      .values({
        id: newId(centre.ports),
        ...columnsOf(centre, input),
        status: 'active',
        version: 1,
        createdAt: now,
        updatedAt: now,
      })
      .returning();
    if (row === undefined) throw new Error('an insert returns its row');
    await announce(tx, [{ kind: 'campaign', ref: row.id, locationId: null }]);
    return row;
  });
}

/** `expected`: the version that the caller saw. Archived campaigns are not changed any more. */
export async function changeCampaign(
  tx: Db,
  centre: Centre,
  id: string,
  expected: number | undefined,
  change: CampaignInput | 'archive',
): Promise<Outcome<CampaignRow>> {
  const [row] = await tx.select().from(campaigns).where(eq(campaigns.id, id)).for('update');
  if (row === undefined) return err(refusal('not_found', { what: 'campaign' }));
  if (expected !== undefined && expected !== row.version)
    return err(refusal('stale_version', { version: row.version }));
  if (row.status === 'archived') return change === 'archive' ? ok(row) : err(refusal('archived'));
  const changed = change === 'archive' ? { status: 'archived' as const } : columnsOf(centre, change);
  if ('currency' in changed && changed.currency !== row.currency)
    return err(refusal('conflict', { why: 'the currency of a campaign stays' }, 'currency'));
  const [next] = await tx
    .update(campaigns)
    .set({ ...changed, version: row.version + 1, updatedAt: centre.ports.now() })
    .where(eq(campaigns.id, id))
    .returning();
  if (next === undefined) throw new Error('it was locked');
  await tx
    .update(offers)
    .set({ campaignLimited: hasLimits(next) })
    .where(sql`${offers.terms} ? 'campaignId' AND ${offers.terms} ->> 'campaignId' = ${id}`);
  await announce(tx, [{ kind: 'campaign', ref: id, locationId: null }]);
  return ok(next);
}

export async function findCampaign(db: Db, id: string): Promise<CampaignState | undefined> {
  const [row] = await db.select().from(campaigns).where(eq(campaigns.id, id));
  return row && { row, uses: (await usesOfCampaigns(db, [id])).get(id) ?? NO_USES };
}

export async function listCampaigns(
  db: Db,
  filter: { readonly status?: CampaignRow['status'] | undefined; readonly search?: string | undefined },
  page: { readonly after?: PageKey | undefined; readonly limit: number },
): Promise<{ rows: CampaignState[]; nextCursor?: string }> {
  const rows = await db
    .select()
    .from(campaigns)
    .where(
      and(
        filter.status === undefined ? undefined : eq(campaigns.status, filter.status),
        filter.search === undefined
          ? undefined
          : sql`${campaigns.name} ILIKE ${`%${escapeLike(filter.search)}%`}`,
        page.after === undefined ? undefined : olderThan(campaigns.createdAt, campaigns.id, page.after),
      ),
    )
    .orderBy(desc(campaigns.createdAt), desc(campaigns.id))
    .limit(page.limit + 1);
  const uses = await usesOfCampaigns(
    db,
    rows.map(({ id }) => id),
  );
  const states = rows.map((row) => ({ row, uses: uses.get(row.id) ?? NO_USES }));
  return cutPage(states, page.limit, ({ row }) => ({ at: row.createdAt, id: row.id }));
}

const NO_USES: CampaignUses = { offers: 0, uses: 0, discountMinor: 0 };

async function usesOfCampaigns(db: Db, ids: readonly string[]): Promise<Map<string, CampaignUses>> {
  if (ids.length === 0) return new Map();
  const rows = await query<{ id: string; offers: string; uses: string; discount: string }>(
    db,
    sql`
      SELECT o.terms ->> 'campaignId' AS id, count(DISTINCT o.id) AS offers, count(r.id) AS uses,
        coalesce(sum(r.discount_minor - r.returned_minor), 0) AS discount
      FROM offers AS o LEFT JOIN redemptions AS r ON r.offer_id = o.id AND r.status <> 'voided'
      WHERE o.terms ? 'campaignId' AND o.terms ->> 'campaignId' = ANY (${sql.param([...ids])}::text[])
      GROUP BY 1`,
  );
  return new Map(
    rows.map((row) => [
      row.id,
      { offers: Number(row.offers), uses: Number(row.uses), discountMinor: Number(row.discount) },
    ]),
  );
}
