import { and, asc, between, desc, eq, gt, isNull, lt, lte, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { assert } from '../../shared/kernel/assert.ts';
import type { Drizzle } from '../drizzle.ts';
import { baskets, redemptions, reservations, useCounts } from '../schema.ts';
import { bound, equals } from './equals.ts';

const { placeholder } = sql;

/** `seq` is the ledger's own. */
export type BasketRow = Omit<typeof baskets.$inferSelect, 'seq'>;
/** A basket as it is written: what came back of it is set by its refunds. */
export type NewBasketRow = Omit<BasketRow, 'returns'>;
export type ReservationRow = typeof reservations.$inferSelect;
export type RedemptionRow = typeof redemptions.$inferSelect;
export type UseCountRow = typeof useCounts.$inferSelect;
export type CountScope = UseCountRow['scope'];
/** What is added to several running sums of an offer. */
export type AddedUses = Pick<UseCountRow, 'offerId' | 'uses' | 'discountMinor'> & {
  readonly sums: readonly (readonly [scope: CountScope, key: string])[];
};

/** Running sums that one redemption belongs to, at most: one of each scope that a till counts itself. */
const MAX_SUMS = 5;

export function redemptionReads(db: Drizzle) {
  const basket = db.select().from(baskets).where(equals(baskets.id, 'id')).prepare();
  const basketStatus = db
    .select({ status: baskets.status })
    .from(baskets)
    .where(equals(baskets.id, 'id'))
    .prepare();
  const held = db.select().from(reservations);
  const heldByBasket = db
    .select()
    .from(reservations)
    .where(equals(reservations.basketId, 'basketId'))
    .prepare();
  const heldOnOffer = db
    .select()
    .from(reservations)
    .where(
      and(
        equals(reservations.offerId, 'offerId'),
        sql`${reservations.basketId} <> ${bound(reservations.basketId, 'basketId')}`,
      ),
    )
    .prepare();
  const heldOnCoupon = db
    .select()
    .from(reservations)
    .where(
      and(
        equals(reservations.couponId, 'couponId'),
        sql`${reservations.basketId} <> ${bound(reservations.basketId, 'basketId')}`,
      ),
    )
    .prepare();
  const expired = db
    .select()
    .from(reservations)
    .where(lte(reservations.expiresAt, placeholder('now')))
    .orderBy(asc(reservations.expiresAt))
    .limit(placeholder('limit'))
    .prepare();
  const byId = db.select().from(redemptions).where(equals(redemptions.id, 'id')).prepare();
  // A basket's redemptions are one transaction, so that no other is numbered between them.
  const end = (seq: SQLiteColumn) => db.select({ seq }).from(baskets).where(equals(baskets.id, 'basketId'));
  const ofBasket = db
    .select()
    .from(redemptions)
    .where(between(redemptions.seq, end(baskets.firstSeq), end(baskets.lastSeq)))
    .orderBy(asc(redemptions.seq))
    .prepare();
  const atSeq = db
    .select()
    .from(redemptions)
    .where(eq(redemptions.seq, placeholder('seq')))
    .prepare();
  const newest = db
    .select()
    .from(redemptions)
    .where(lt(redemptions.seq, placeholder('before')))
    .orderBy(desc(redemptions.seq))
    .limit(placeholder('limit'))
    .prepare();
  const atRiskSince = db
    .select({ count: sql<number>`count(*)` })
    .from(redemptions)
    .where(
      and(
        equals(redemptions.offerId, 'offerId'),
        eq(redemptions.atRisk, sql`1`),
        gt(redemptions.seq, placeholder('seq')),
        isNull(redemptions.voidedAt),
      ),
    )
    .prepare();
  const count = db
    .select()
    .from(useCounts)
    .where(
      and(
        equals(useCounts.offerId, 'offerId'),
        equals(useCounts.scope, 'scope'),
        equals(useCounts.key, 'key'),
      ),
    )
    .prepare();
  const newestDays = db
    .select({ uses: useCounts.uses, discountMinor: useCounts.discountMinor })
    .from(useCounts)
    .where(and(equals(useCounts.offerId, 'offerId'), eq(useCounts.scope, sql`'day'`)))
    .orderBy(desc(useCounts.key))
    .limit(placeholder('days'))
    .prepare();
  const allHeld = held.prepare();
  return {
    basket: (id: string): BasketRow | undefined => basket.get({ id }),
    /** Without the texts of the basket, which take longer to read than all else of it. */
    basketStatus: (id: string): BasketRow['status'] | undefined => basketStatus.get({ id })?.status,
    heldByBasket: (basketId: string): ReservationRow[] => heldByBasket.all({ basketId }),
    /** Holds of every other basket. */
    heldOnOffer: (offerId: string, basketId: string): ReservationRow[] =>
      heldOnOffer.all({ offerId, basketId }),
    heldOnCoupon: (couponId: string, basketId: string): ReservationRow[] =>
      heldOnCoupon.all({ couponId, basketId }),
    expired: (now: number, limit: number): ReservationRow[] => expired.all({ now, limit }),
    allHeld: (): ReservationRow[] => allHeld.all(),
    byId: (id: string): RedemptionRow | undefined => byId.get({ id }),
    /** Of a completed basket; an open one has none. */
    ofBasket: (basketId: string): RedemptionRow[] => ofBasket.all({ basketId }),
    /** The one of that event. */
    atSeq: (seq: number): RedemptionRow | undefined => atSeq.get({ seq }),
    newest: (before: number, limit: number): RedemptionRow[] => newest.all({ before, limit }),
    /** Uses of an offer accepted at risk after `seq`. */
    atRiskSince: (offerId: string, seq: number): number => atRiskSince.get({ offerId, seq })?.count ?? 0,
    count: (offerId: string, scope: CountScope, key: string): UseCountRow | undefined =>
      count.get({ offerId, scope, key }),
    /** Of an offer on the last days on which it was used here, newest first; discounts in minor units. */
    newestDays: (offerId: string, days: number): Pick<UseCountRow, 'uses' | 'discountMinor'>[] =>
      newestDays.all({ offerId, days }),
  };
}

export function redemptionWrites(db: Drizzle) {
  const putBasket = db
    .insert(baskets)
    .values({
      id: placeholder('id'),
      status: placeholder('status'),
      checked: placeholder('checked'),
      currency: placeholder('currency'),
      subtotalMinor: placeholder('subtotalMinor'),
      discountMinor: placeholder('discountMinor'),
      payableMinor: placeholder('payableMinor'),
      at: placeholder('at'),
      sale: placeholder('sale'),
      firstSeq: placeholder('firstSeq'),
      lastSeq: placeholder('lastSeq'),
    })
    .onConflictDoUpdate({
      target: baskets.id,
      set: {
        status: sql`excluded.status`,
        checked: sql`excluded.checked`,
        subtotalMinor: sql`excluded.subtotal_minor`,
        discountMinor: sql`excluded.discount_minor`,
        payableMinor: sql`excluded.payable_minor`,
        at: sql`excluded.at`,
        sale: sql`excluded.sale`,
        firstSeq: sql`excluded.first_seq`,
        lastSeq: sql`excluded.last_seq`,
      },
    })
    .prepare();
  const removeOpenBasket = db
    .delete(baskets)
    .where(and(equals(baskets.id, 'id'), eq(baskets.status, 'open')))
    .prepare();
  const hold = db
    .insert(reservations)
    .values({
      id: placeholder('id'),
      basketId: placeholder('basketId'),
      couponId: placeholder('couponId'),
      offerId: placeholder('offerId'),
      expiresAt: placeholder('expiresAt'),
      leaseId: placeholder('leaseId'),
      customerId: placeholder('customerId'),
      operatorId: placeholder('operatorId'),
      businessDay: placeholder('businessDay'),
      discountMinor: placeholder('discountMinor'),
    })
    .onConflictDoUpdate({
      target: [reservations.basketId, reservations.couponId],
      set: {
        expiresAt: sql`excluded.expires_at`,
        customerId: sql`excluded.customer_id`,
        discountMinor: sql`excluded.discount_minor`,
      },
    })
    .prepare();
  const letGo = db
    .delete(reservations)
    .where(and(equals(reservations.basketId, 'basketId'), equals(reservations.couponId, 'couponId')))
    .prepare();
  const insert = db
    .insert(redemptions)
    .values({
      seq: placeholder('seq'),
      id: placeholder('id'),
      basketId: placeholder('basketId'),
      couponId: placeholder('couponId'),
      offerId: placeholder('offerId'),
      offerVersion: placeholder('offerVersion'),
      code: placeholder('code'),
      channel: placeholder('channel'),
      customerId: placeholder('customerId'),
      currency: placeholder('currency'),
      discountMinor: placeholder('discountMinor'),
      shares: placeholder('shares'),
      operatorId: placeholder('operatorId'),
      tillName: placeholder('tillName'),
      redeemedAt: placeholder('redeemedAt'),
      businessDay: placeholder('businessDay'),
      leaseId: placeholder('leaseId'),
      atRisk: placeholder('atRisk'),
      prevSeq: placeholder('prevSeq'),
      prevCustomerSeq: placeholder('prevCustomerSeq'),
    })
    .prepare();
  const setVoided = db
    .update(redemptions)
    .set({ voidedAt: sql`${placeholder('at')}`, voidSeq: sql`${placeholder('seq')}` })
    .where(equals(redemptions.id, 'id'))
    .prepare();
  // One statement for all sums of a redemption: a call for each would take more time than SQLite itself does.
  const addSums = (sums: number) =>
    db
      .insert(useCounts)
      .values(
        Array.from({ length: sums }, (_, i) => ({
          offerId: placeholder('offerId'),
          scope: placeholder(`scope${i}`),
          key: placeholder(`key${i}`),
          uses: placeholder('uses'),
          discountMinor: placeholder('discountMinor'),
        })),
      )
      .onConflictDoUpdate({
        target: [useCounts.offerId, useCounts.scope, useCounts.key],
        set: {
          uses: sql`${useCounts.uses} + excluded.uses`,
          discountMinor: sql`${useCounts.discountMinor} + excluded.discount_minor`,
        },
      })
      .prepare();
  const addCounts = Array.from({ length: MAX_SUMS }, (_, i) => addSums(i + 1));
  const takeCount = db
    .update(useCounts)
    .set({
      uses: sql`${useCounts.uses} - ${placeholder('uses')}`,
      discountMinor: sql`${useCounts.discountMinor} - ${placeholder('discountMinor')}`,
    })
    .where(
      and(
        equals(useCounts.offerId, 'offerId'),
        equals(useCounts.scope, 'scope'),
        equals(useCounts.key, 'key'),
      ),
    )
    .prepare();
  return {
    putBasket: (row: NewBasketRow) => void putBasket.run(row),
    removeOpenBasket: (id: string) => void removeOpenBasket.run({ id }),
    /** Makes a hold, or gives an existing one a later end. */
    hold: (row: ReservationRow) => void hold.run(row),
    letGo: (hold: Pick<ReservationRow, 'basketId' | 'couponId'>) => void letGo.run(hold),
    insert: (row: Omit<RedemptionRow, 'voidedAt' | 'voidSeq' | 'returnedMinor' | 'useBackSeq'>) =>
      void insert.run(row),
    setVoided: (id: string, at: number, seq: number) => void setVoided.run({ id, at, seq }),
    addCounts({ sums, ...added }: AddedUses): void {
      const add = addCounts[sums.length - 1];
      assert(add, `from one to ${MAX_SUMS} sums`);
      const values: Record<string, string | number> = added;
      sums.forEach(([scope, key], i) => {
        values[`scope${i}`] = scope;
        values[`key${i}`] = key;
      });
      add.run(values);
    },
    takeCount: (row: UseCountRow) => void takeCount.run(row),
  };
}
