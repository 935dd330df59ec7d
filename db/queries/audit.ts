import { and, eq, gt, isNotNull, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { coupons, redemptions, refunds, reservations, useCounts } from '../schema.ts';
import { bound } from './equals.ts';

const { placeholder } = sql;

/** Whole tables, page by page, for comparing what the ledger holds with what its events say. */
export function auditReads(db: Drizzle) {
  const redemptionCount = db.select({ count: sql<number>`count(*)` }).from(redemptions).prepare();
  const refundCount = db.select({ count: sql<number>`count(*)` }).from(refunds).prepare();
  const returned = db
    .select({ id: redemptions.id, returnedMinor: redemptions.returnedMinor })
    .from(redemptions)
    .where(gt(redemptions.returnedMinor, sql`0`))
    .prepare();
  const usedCoupons = db
    .select({ id: coupons.id, used: coupons.used })
    .from(coupons)
    .where(and(sql`${coupons.id} > ${bound(coupons.id, 'after')}`, gt(coupons.used, sql`0`)))
    .orderBy(coupons.id)
    .limit(placeholder('limit'))
    .prepare();
  const heldByLease = db
    .select({ leaseId: reservations.leaseId, held: sql<number>`count(*)` })
    .from(reservations)
    .where(isNotNull(reservations.leaseId))
    .groupBy(reservations.leaseId)
    .prepare();
  const counts = db.select().from(useCounts).where(eq(useCounts.scope, 'all')).prepare();
  return {
    redemptionCount: (): number => redemptionCount.get()?.count ?? 0,
    refundCount: (): number => refundCount.get()?.count ?? 0,
    /** Redemptions of which goods came back. */
    returned: () => returned.all(),
    usedCoupons: (after: string, limit: number) => usedCoupons.all({ after, limit }),
    heldByLease: () => heldByLease.all(),
    /** Uses of each offer as its running sums say. */
    counts: () => counts.all(),
  };
}
