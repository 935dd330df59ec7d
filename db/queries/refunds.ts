import { asc, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { baskets, redemptions, refunds } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export type RefundRow = typeof refunds.$inferSelect;

export function refundReads(db: Drizzle) {
  const byId = db.select().from(refunds).where(equals(refunds.id, 'id')).prepare();
  const bySeq = db
    .select()
    .from(refunds)
    .where(sql`${refunds.seq} = ${placeholder('seq')}`)
    .prepare();
  const ofBasket = db
    .select()
    .from(refunds)
    .where(equals(refunds.basketId, 'basketId'))
    .orderBy(asc(refunds.seq))
    .prepare();
  return {
    byId: (id: string): RefundRow | undefined => byId.get({ id }),
    atSeq: (seq: number): RefundRow | undefined => bySeq.get({ seq }),
    ofBasket: (basketId: string): RefundRow[] => ofBasket.all({ basketId }),
  };
}

export function refundWrites(db: Drizzle) {
  const insert = db
    .insert(refunds)
    .values({
      seq: placeholder('seq'),
      id: placeholder('id'),
      basketId: placeholder('basketId'),
      answer: placeholder('answer'),
    })
    .prepare();
  const setReturns = db
    .update(baskets)
    .set({ returns: sql`${placeholder('returns')}` })
    .where(equals(baskets.id, 'id'))
    .prepare();
  const addReturned = db
    .update(redemptions)
    .set({
      returnedMinor: sql`${redemptions.returnedMinor} + ${placeholder('returnedMinor')}`,
      useBackSeq: sql`coalesce(${redemptions.useBackSeq}, ${placeholder('useBackSeq')})`,
    })
    .where(equals(redemptions.id, 'id'))
    .prepare();
  return {
    insert: (row: RefundRow) => void insert.run(row),
    setReturns: (basketId: string, returns: string) => void setReturns.run({ id: basketId, returns }),
    addReturned: (row: { id: string; returnedMinor: number; useBackSeq: number | null }) =>
      void addReturned.run(row),
  };
}
