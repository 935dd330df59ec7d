import { sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { incidents } from '../schema.ts';
import { bound, equals } from './equals.ts';
import type { Newest } from './offers.ts';

const { placeholder } = sql;

export type IncidentRow = typeof incidents.$inferSelect;

export function incidentReads(db: Drizzle) {
  const byId = db.select().from(incidents).where(equals(incidents.id, 'id')).prepare();
  const newest = db
    .select()
    .from(incidents)
    .where(
      sql`${incidents.status} = ${placeholder('status')} AND
        (${incidents.createdAt}, ${incidents.id}) < (${placeholder('createdAt')}, ${bound(incidents.id, 'id')})`,
    )
    .orderBy(sql`${incidents.createdAt} DESC, ${incidents.id} DESC`)
    .limit(placeholder('limit'))
    .prepare();
  const openCount = db
    .select({ count: sql<number>`count(*)` })
    .from(incidents)
    .where(sql`${incidents.status} = 'open'`)
    .prepare();
  return {
    byId: (id: string): IncidentRow | undefined => byId.get({ id }),
    newest: (status: IncidentRow['status'], after: Newest, limit: number): IncidentRow[] =>
      newest.all({ status, ...after, limit }),
    openCount: (): number => openCount.get()?.count ?? 0,
  };
}

export function incidentWrites(db: Drizzle) {
  const put = db
    .insert(incidents)
    .values({
      id: placeholder('id'),
      status: placeholder('status'),
      createdAt: placeholder('createdAt'),
      waiting: placeholder('waiting'),
      incident: placeholder('incident'),
    })
    .onConflictDoUpdate({
      target: incidents.id,
      set: {
        status: sql`excluded.status`,
        createdAt: sql`excluded.created_at`,
        waiting: sql`excluded.waiting`,
        incident: sql`excluded.incident`,
      },
    })
    .prepare();
  return { put: (row: IncidentRow) => void put.run(row) };
}
