import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { query } from '../store/db.ts';
import { openTestCentre, type TestCentre, testableStores } from '../testing/test-centre.ts';
import { announce } from './announce.ts';
import { numberChanges } from './number-changes.ts';

const stores = testableStores().filter((kind) => kind === 'postgresql');

/** One connection of PGlite runs one transaction at a time: the race exists on PostgreSQL alone. */
describe.skipIf(stores.length === 0)('the change feed while transactions commit late', () => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre('postgresql');
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(() => test.empty());

  const announceOne = (ref: string) => ({ kind: 'offer' as const, ref, locationId: null });

  async function positions(): Promise<{ ref: string; position: number }[]> {
    return query(
      test.centre.db,
      sql`SELECT ref, position::int AS position FROM changes WHERE position IS NOT NULL ORDER BY position`,
    );
  }

  it('gives a change that commits late a late position', async () => {
    const { db } = test.centre;
    const [early, late] = [randomUUID(), randomUUID()];
    let commit = () => {};
    const open = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let written = () => {};
    const isWritten = new Promise<void>((resolve) => {
      written = resolve;
    });
    const slow = db.transaction(async (tx) => {
      await announce(tx, [announceOne(late)]);
      written();
      await open;
    });
    await isWritten;
    // Its id is higher, and it commits first.
    await announce(db, [announceOne(early)]);
    await numberChanges(db);
    const [seen] = await positions();
    expect(seen?.ref).toBe(early);
    commit();
    await slow;
    await numberChanges(db);
    const all = await positions();
    expect(all.map((row) => row.ref)).toEqual([early, late]);
    expect(all[1]?.position).toBeGreaterThan(seen?.position ?? 0);
  });

  it('misses no change when many write, commit and read at random', async () => {
    const { db } = test.centre;
    const refs = Array.from({ length: 300 }, () => randomUUID());
    const seen = new Set<string>();
    let cursor = 0;
    let writing = true;
    async function read(): Promise<void> {
      await numberChanges(db);
      const rows = await query<{ ref: string; position: number }>(
        db,
        sql`SELECT ref, position::int AS position FROM changes WHERE position > ${cursor} ORDER BY position LIMIT 20`,
      );
      for (const row of rows) {
        expect(seen.has(row.ref)).toBe(false);
        seen.add(row.ref);
        cursor = row.position;
      }
    }
    const reader = (async () => {
      while (writing) await read();
    })();
    await Promise.all(
      Array.from({ length: 6 }, async (_, worker) => {
        for (let i = worker; i < refs.length; i += 6) {
          await db.transaction(async (tx) => {
            await announce(tx, [announceOne(refs[i] ?? '')]);
            await tx.execute(sql`SELECT pg_sleep(${(i * 7919) % 10} / 1000.0)`);
          });
        }
      }),
    );
    writing = false;
    await reader;
    for (let i = 0; i < 30; i++) await read();
    expect(seen.size).toBe(refs.length);
  }, 60_000);
});
