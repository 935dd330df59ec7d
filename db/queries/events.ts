import { asc, desc, gte, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { attempts, events } from '../schema.ts';

const { placeholder } = sql;

export type EventRow = typeof events.$inferSelect;
export type AttemptRow = typeof attempts.$inferSelect;

export function eventReads(db: Drizzle) {
  const from = db
    .select()
    .from(events)
    .where(gte(events.seq, placeholder('seq')))
    .orderBy(asc(events.seq))
    .limit(placeholder('limit'))
    .prepare();
  const last = db
    .select({ seq: events.seq, at: events.at, hash: events.hash })
    .from(events)
    .orderBy(desc(events.seq))
    .limit(1)
    .prepare();
  const recentAttempts = db
    .select()
    .from(attempts)
    .orderBy(desc(attempts.seq))
    .limit(placeholder('limit'))
    .prepare();
  return {
    /** In order, starting with `seq` itself. */
    from: (seq: number, limit: number): EventRow[] => from.all({ seq, limit }),
    at: (seq: number): EventRow | undefined => from.all({ seq, limit: 1 }).find((row) => row.seq === seq),
    last: (): Pick<EventRow, 'seq' | 'at' | 'hash'> | undefined => last.get(),
    recentAttempts: (limit: number): AttemptRow[] => recentAttempts.all({ limit }),
  };
}

export function eventWrites(db: Drizzle) {
  const insert = db
    .insert(events)
    .values({
      seq: placeholder('seq'),
      type: placeholder('type'),
      at: placeholder('at'),
      prevHash: placeholder('prevHash'),
      hash: placeholder('hash'),
      body: placeholder('body'),
    })
    .prepare();
  const insertAttempt = db
    .insert(attempts)
    .values({
      seq: placeholder('seq'),
      at: placeholder('at'),
      operatorId: placeholder('operatorId'),
      channel: placeholder('channel'),
      entered: placeholder('entered'),
      couponId: placeholder('couponId'),
      offerId: placeholder('offerId'),
      code: placeholder('code'),
      basketId: placeholder('basketId'),
      subtotalMinor: placeholder('subtotalMinor'),
    })
    .prepare();
  return {
    insert: (row: EventRow) => void insert.run(row),
    insertAttempt: (row: AttemptRow) => void insertAttempt.run(row),
  };
}
