import { sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { budgetLeases, budgetSpends } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export type BudgetLeaseRow = typeof budgetLeases.$inferSelect;
export type BudgetSpendRow = typeof budgetSpends.$inferSelect;
type Places = Omit<BudgetLeaseRow, 'id' | 'offerId' | 'incarnation'>;

export function budgetReads(db: Drizzle) {
  const byId = db.select().from(budgetLeases).where(equals(budgetLeases.id, 'id')).prepare();
  const ofOffer = db
    .select()
    .from(budgetLeases)
    .where(equals(budgetLeases.offerId, 'offerId'))
    .orderBy(budgetLeases.id)
    .prepare();
  const all = db.select().from(budgetLeases).orderBy(budgetLeases.id).prepare();
  const spendOf = db
    .select()
    .from(budgetSpends)
    .where(sql`${budgetSpends.redemptionSeq} = ${placeholder('seq')}`)
    .prepare();
  return {
    byId: (id: string): BudgetLeaseRow | undefined => byId.get({ id }),
    ofOffer: (offerId: string): BudgetLeaseRow[] => ofOffer.all({ offerId }),
    all: (): BudgetLeaseRow[] => all.all(),
    /** What the redemption with this event took. */
    spendOf: (seq: number): BudgetSpendRow | undefined => spendOf.get({ seq }),
  };
}

export function budgetWrites(db: Drizzle) {
  const places = {
    total: placeholder('total'),
    leased: placeholder('leased'),
    reserved: placeholder('reserved'),
    spent: placeholder('spent'),
    burned: placeholder('burned'),
    returned: placeholder('returned'),
  };
  const insert = db
    .insert(budgetLeases)
    .values({
      id: placeholder('id'),
      offerId: placeholder('offerId'),
      incarnation: placeholder('incarnation'),
      ...places,
    })
    .prepare();
  const setPlaces = db
    .update(budgetLeases)
    .set({
      total: sql`${places.total}`,
      leased: sql`${places.leased}`,
      reserved: sql`${places.reserved}`,
      spent: sql`${places.spent}`,
      burned: sql`${places.burned}`,
      returned: sql`${places.returned}`,
    })
    .where(equals(budgetLeases.id, 'id'))
    .prepare();
  const takeOver = db
    .update(budgetLeases)
    .set({ incarnation: sql`${placeholder('to')}` })
    .where(sql`${budgetLeases.incarnation} = ${placeholder('from')}`)
    .prepare();
  const keepSpend = db
    .insert(budgetSpends)
    .values({
      redemptionSeq: placeholder('redemptionSeq'),
      leaseId: placeholder('leaseId'),
      amountMinor: placeholder('amountMinor'),
    })
    .prepare();
  return {
    insert: (row: BudgetLeaseRow) => void insert.run(row),
    /** The database refuses places that do not add up to the total. */
    setPlaces: (id: string, to: Places) => void setPlaces.run({ id, ...to }),
    takeOver: (from: number, to: number) => void takeOver.run({ from, to }),
    keepSpend: (row: BudgetSpendRow) => void keepSpend.run(row),
  };
}
