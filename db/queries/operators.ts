import { asc, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { operators } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export type OperatorRow = typeof operators.$inferSelect;

export function operatorReads(db: Drizzle) {
  const byId = db.select().from(operators).where(equals(operators.id, 'id')).prepare();
  const byName = db
    .select()
    .from(operators)
    .where(sql`${operators.name} = ${placeholder('name')} COLLATE NOCASE`)
    .prepare();
  const all = db.select().from(operators).orderBy(asc(operators.createdAt), asc(operators.id)).prepare();
  return {
    byId: (id: string): OperatorRow | undefined => byId.get({ id }),
    byName: (name: string): OperatorRow | undefined => byName.get({ name }),
    /** Those who left too: what they did names them. */
    all: (): OperatorRow[] => all.all(),
    /** Those who may sign in. */
    active: (): OperatorRow[] => all.all().filter(({ removedAt }) => removedAt === null),
  };
}

export function operatorWrites(db: Drizzle) {
  const insert = db
    .insert(operators)
    .values({
      id: placeholder('id'),
      name: placeholder('name'),
      role: placeholder('role'),
      pinHash: placeholder('pinHash'),
      createdAt: placeholder('createdAt'),
      removedAt: placeholder('removedAt'),
    })
    .prepare();
  const setPinHash = db
    .update(operators)
    .set({ pinHash: sql`${placeholder('pinHash')}` })
    .where(equals(operators.id, 'id'))
    .prepare();
  const change = db
    .update(operators)
    .set({
      name: sql`${placeholder('name')}`,
      role: sql`${placeholder('role')}`,
      removedAt: sql`${placeholder('removedAt')}`,
    })
    .where(equals(operators.id, 'id'))
    .prepare();
  return {
    change: (row: Pick<OperatorRow, 'id' | 'name' | 'role' | 'removedAt'>) => void change.run(row),
    insert: (row: OperatorRow) => void insert.run(row),
    setPinHash: (id: string, pinHash: string) => void setPinHash.run({ id, pinHash }),
  };
}
