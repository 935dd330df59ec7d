import { sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { incarnations, leases } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export type LeaseRow = typeof leases.$inferSelect;
type Places = Omit<LeaseRow, 'id' | 'offerId' | 'incarnation'>;

export function leaseReads(db: Drizzle) {
  const byId = db.select().from(leases).where(equals(leases.id, 'id')).prepare();
  const ofOffer = db
    .select()
    .from(leases)
    .where(equals(leases.offerId, 'offerId'))
    .orderBy(leases.id)
    .prepare();
  const all = db.select().from(leases).orderBy(leases.id).prepare();
  const starts = db.select().from(incarnations).orderBy(incarnations.incarnation).prepare();
  return {
    byId: (id: string): LeaseRow | undefined => byId.get({ id }),
    ofOffer: (offerId: string): LeaseRow[] => ofOffer.all({ offerId }),
    all: (): LeaseRow[] => all.all(),
    /** Where each incarnation after the first one begins in the chain. */
    incarnationStarts: (): (typeof incarnations.$inferSelect)[] => starts.all(),
  };
}

export function leaseWrites(db: Drizzle) {
  const places = {
    total: placeholder('total'),
    leased: placeholder('leased'),
    reserved: placeholder('reserved'),
    spent: placeholder('spent'),
    burned: placeholder('burned'),
    returned: placeholder('returned'),
  };
  const insert = db
    .insert(leases)
    .values({
      id: placeholder('id'),
      offerId: placeholder('offerId'),
      incarnation: placeholder('incarnation'),
      ...places,
    })
    .prepare();
  const setPlaces = db
    .update(leases)
    .set({
      total: sql`${places.total}`,
      leased: sql`${places.leased}`,
      reserved: sql`${places.reserved}`,
      spent: sql`${places.spent}`,
      burned: sql`${places.burned}`,
      returned: sql`${places.returned}`,
    })
    .where(equals(leases.id, 'id'))
    .prepare();
  const begin = db
    .insert(incarnations)
    .values({ incarnation: placeholder('incarnation'), firstSeq: placeholder('firstSeq') })
    .prepare();
  const takeOver = db
    .update(leases)
    .set({ incarnation: sql`${placeholder('to')}` })
    .where(sql`${leases.incarnation} = ${placeholder('from')}`)
    .prepare();
  return {
    takeOver: (from: number, to: number) => void takeOver.run({ from, to }),
    beginIncarnation: (incarnation: number, firstSeq: number) => void begin.run({ incarnation, firstSeq }),
    insert: (row: LeaseRow) => void insert.run(row),
    /** The database refuses places that do not add up to the total. */
    setPlaces: (id: string, to: Places) => void setPlaces.run({ id, ...to }),
  };
}
