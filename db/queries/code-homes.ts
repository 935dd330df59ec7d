import { sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { codeHomes, coupons } from '../schema.ts';
import { bound, equals } from './equals.ts';

const { placeholder } = sql;

export type CodeHomeRow = typeof codeHomes.$inferSelect;

export function codeHomeReads(db: Drizzle) {
  const byCoupon = db.select().from(codeHomes).where(equals(codeHomes.couponId, 'couponId')).prepare();
  const newest = db.select({ row: sql<number | null>`max(rowid)` }).from(coupons).prepare();
  const rowOf = db
    .select({ row: sql<number>`rowid` })
    .from(coupons)
    .where(equals(coupons.id, 'id'))
    .prepare();
  return {
    byCoupon: (couponId: string): CodeHomeRow | undefined => byCoupon.get({ couponId }),
    /** Codes are numbered as they come: this is the number of the last one. */
    newestCode: (): number => newest.get()?.row ?? 0,
    numberOf: (id: string): number | undefined => rowOf.get({ id })?.row,
  };
}

export function codeHomeWrites(db: Drizzle) {
  const put = db
    .insert(codeHomes)
    .values({
      couponId: placeholder('couponId'),
      move: placeholder('move'),
      place: placeholder('place'),
      incarnation: placeholder('incarnation'),
    })
    .onConflictDoUpdate({
      target: codeHomes.couponId,
      set: { move: sql`excluded.move`, place: sql`excluded.place`, incarnation: sql`excluded.incarnation` },
    })
    .prepare();
  // Not those whose coupon is unknown, and never an older move over a newer one.
  const putMany = db
    .insert(codeHomes)
    .select(
      sql`SELECT coupons.id, value ->> 1, 'here', ${placeholder('incarnation')}
        FROM json_each(${placeholder('rows')}) JOIN coupons ON coupons.id = unhex(replace(value ->> 0, '-', ''))
        WHERE true`,
    )
    .onConflictDoUpdate({
      target: codeHomes.couponId,
      set: { move: sql`excluded.move`, place: sql`excluded.place`, incarnation: sql`excluded.incarnation` },
      setWhere: sql`excluded.move > ${codeHomes.move}`,
    })
    .prepare();
  const setUsedElsewhere = db
    .update(coupons)
    .set({ usedElsewhere: sql`${placeholder('usedElsewhere')}` })
    .where(sql`${coupons.id} = ${bound(coupons.id, 'id')}`)
    .prepare();
  return {
    put: (row: CodeHomeRow) => void put.run(row),
    /** Codes that are at home here, with the moves that brought them. */
    putHere: (incarnation: number, rows: readonly (readonly [couponId: string, move: number])[]): void =>
      void putMany.run({ incarnation, rows: JSON.stringify(rows) }),
    setUsedElsewhere: (id: string, usedElsewhere: number) => void setUsedElsewhere.run({ id, usedElsewhere }),
  };
}
