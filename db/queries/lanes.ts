import { asc, isNull, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { lanes } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export type LaneRow = typeof lanes.$inferSelect;

export function laneReads(db: Drizzle) {
  const live = db
    .select()
    .from(lanes)
    .where(isNull(lanes.revokedAt))
    .orderBy(asc(lanes.pairedAt), asc(lanes.id))
    .prepare();
  return { live: (): LaneRow[] => live.all() };
}

export function laneWrites(db: Drizzle) {
  const insert = db
    .insert(lanes)
    .values({
      id: placeholder('id'),
      name: placeholder('name'),
      tokenHash: placeholder('tokenHash'),
      pairedAt: placeholder('pairedAt'),
    })
    .prepare();
  const setRevoked = db
    .update(lanes)
    .set({ revokedAt: sql`${placeholder('at')}` })
    .where(equals(lanes.id, 'id'))
    .prepare();
  return {
    insert: (row: Omit<LaneRow, 'revokedAt'>) => void insert.run(row),
    setRevoked: (id: string, at: number) => void setRevoked.run({ id, at }),
  };
}
