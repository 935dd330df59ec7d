import { and, asc, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { customers } from '../schema.ts';
import { bound, equals } from './equals.ts';

const { placeholder } = sql;

export type CustomerRow = typeof customers.$inferSelect;

export function customerReads(db: Drizzle) {
  const byPseudonym = db.select().from(customers).where(equals(customers.pseudonym, 'pseudonym')).prepare();
  const byId = db.select().from(customers).where(equals(customers.id, 'id')).prepare();
  const readable = db
    .select()
    .from(customers)
    .where(and(sql`${customers.id} > ${bound(customers.id, 'after')}`, sql`${customers.value} IS NOT NULL`))
    .orderBy(asc(customers.id))
    .limit(placeholder('limit'))
    .prepare();
  return {
    byPseudonym: (pseudonym: string): CustomerRow | undefined => byPseudonym.get({ pseudonym }),
    byId: (id: string): CustomerRow | undefined => byId.get({ id }),
    /** Those whose identifier was not erased, by id. */
    readable: (after: string, limit: number): CustomerRow[] => readable.all({ after, limit }),
  };
}

export function customerWrites(db: Drizzle) {
  const insert = db
    .insert(customers)
    .values({
      id: placeholder('id'),
      kind: placeholder('kind'),
      pseudonym: placeholder('pseudonym'),
      value: placeholder('value'),
      createdAt: placeholder('createdAt'),
      lastSeq: placeholder('lastSeq'),
    })
    .prepare();
  const setPseudonym = db
    .update(customers)
    .set({ pseudonym: sql`${bound(customers.pseudonym, 'pseudonym')}` })
    .where(equals(customers.id, 'id'))
    .prepare();
  const setLast = db
    .update(customers)
    .set({ lastSeq: sql`${placeholder('seq')}` })
    .where(equals(customers.id, 'id'))
    .prepare();
  const correct = db
    .update(customers)
    .set({
      value: sql`${placeholder('value')}`,
      pseudonym: sql`${bound(customers.pseudonym, 'pseudonym')}`,
    })
    .where(equals(customers.id, 'id'))
    .prepare();
  const erase = db.update(customers).set({ value: sql`NULL` }).where(equals(customers.id, 'id')).prepare();
  return {
    insert: (row: CustomerRow) => void insert.run(row),
    setPseudonym: (id: string, pseudonym: string) => void setPseudonym.run({ id, pseudonym }),
    /** `seq`: of the redemption's event. */
    setLast: (id: string, seq: number) => void setLast.run({ id, seq }),
    correct: (id: string, value: string, pseudonym: string) => void correct.run({ id, value, pseudonym }),
    erase: (id: string) => void erase.run({ id }),
  };
}
