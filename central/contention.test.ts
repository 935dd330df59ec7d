import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CentreProgram, startCentre } from './testing/centre-program.ts';
import { basketOf50 } from './testing/offer-terms.ts';
import { type PostgresCluster, postgresPrograms, startPostgres } from './testing/postgres-cluster.ts';
import { type TestAnswer, testableStores } from './testing/test-centre.ts';

const CALLERS = 500;
const USES = 100;
const KILLS = process.env.LONG === '1' ? 30 : 4;
const IN_FLIGHT = 32;
/** More keys than uses: the last ones find nothing left. */
const KEYS = USES * 4 + 20;

describe.each(testableStores())('many callers at once on %s', (kind) => {
  let data: string;
  let cluster: PostgresCluster | undefined;
  let centre: CentreProgram;
  const start = () => startCentre({ data, databaseUrl: cluster?.url });

  beforeAll(async () => {
    data = mkdtempSync(path.join(tmpdir(), 'counterfoil-contention-'));
    const programs = postgresPrograms();
    if (kind === 'postgresql' && programs !== undefined) cluster = startPostgres(programs);
    centre = await start();
  }, 120_000);
  afterAll(async () => {
    await centre?.kill('SIGKILL');
    cluster?.stop();
    rmSync(data, { recursive: true, force: true });
  });

  async function make(code: string, uses: number): Promise<{ id: string; offer_id: string }> {
    const made = await centre.post('/api/coupons', { code, discount_value: 10, max_uses: uses });
    expect(made?.status).toBe(201);
    return made?.body;
  }
  const redeem = (code: string, key: string) =>
    centre.post('/api/redemptions', { code, basket_id: key, basket: basketOf50 }, { 'idempotency-key': key });
  /** What the centre says of its own books, by three of them. */
  async function books(coupon: { id: string; offer_id: string }) {
    const offer = await centre.get(`/api/offers/${coupon.offer_id}`);
    const one = await centre.get(`/api/coupons/${coupon.id}`);
    const ids: string[] = [];
    let cursor = '';
    do {
      const page = await centre.get(`/api/redemptions?limit=200&coupon_id=${coupon.id}${cursor}`);
      for (const row of page?.body.redemptions ?? []) ids.push(row.id);
      cursor = page?.body.next_cursor === undefined ? '' : `&cursor=${page.body.next_cursor}`;
    } while (cursor !== '');
    expect(new Set(ids).size).toBe(ids.length);
    const { pool, leased, reserved, spent, burned, total } = offer?.body.rights ?? {};
    expect(pool + leased + reserved + spent + burned).toBe(total);
    expect(one?.body.uses).toBe(ids.length);
    expect(spent).toBe(ids.length);
    return { ids: new Set(ids), spent };
  }

  it(`gives ${USES} of ${CALLERS} one of ${USES} uses, and nobody else`, async () => {
    const coupon = await make('CROWD', USES);
    const answers = await Promise.all(
      Array.from({ length: CALLERS }, (_, i) => redeem('CROWD', `crowd ${i}`)),
    );
    const count = (status: number) => answers.filter((answer) => answer?.status === status).length;
    expect([count(201), count(402)]).toEqual([USES, CALLERS - USES]);
    const { ids } = await books(coupon);
    expect(ids.size).toBe(USES);
    for (const answer of answers) if (answer?.status === 201) expect(ids.has(answer.body.id)).toBe(true);
  }, 120_000);

  it(`loses and doubles nothing when it is killed ${KILLS} times under that load`, async () => {
    const uses = USES * 4;
    const coupon = await make('KILLED', uses);
    /** What each caller was told, by its key. */
    const told = new Map<string, string>();
    let atWork = 0;

    async function callAll(keys: readonly string[], stop: () => boolean): Promise<TestAnswer[]> {
      const answers: TestAnswer[] = [];
      let next = 0;
      await Promise.all(
        Array.from({ length: IN_FLIGHT }, async () => {
          for (let i = next++; i < keys.length && !stop(); i = next++) {
            const key = keys[i] ?? '';
            atWork++;
            const answer = await redeem('KILLED', key);
            atWork--;
            if (answer === undefined) continue;
            answers.push(answer);
            if (answer.status !== 201) continue;
            // A retry is told what the first call was told.
            expect(told.get(key) ?? answer.body.id).toBe(answer.body.id);
            told.set(key, answer.body.id);
          }
        }),
      );
      return answers;
    }

    const keys = Array.from({ length: KEYS }, (_, i) => `key ${i}`);
    let killedAtWork = 0;
    for (let round = 0; round < KILLS; round++) {
      let dead = false;
      const share = Math.ceil((uses * 0.8) / KILLS);
      const before = told.size;
      const killer = (async () => {
        while (told.size < before + share * ((round % 3) + 1) * 0.4 && told.size < uses * 0.9)
          await new Promise((resume) => setTimeout(resume, 1));
        killedAtWork += atWork;
        dead = true;
        await centre.kill('SIGKILL');
      })();
      // Those that were told nothing ask again first, with the same keys.
      const open = keys.filter((key) => !told.has(key));
      await Promise.all([callAll(open, () => dead), killer]);
      centre = await start();
      const { ids } = await books(coupon);
      for (const id of told.values()) expect(ids.has(id)).toBe(true);
      // What was in flight was done or not, at most once each.
      expect(ids.size - told.size).toBeLessThanOrEqual(IN_FLIGHT);
    }
    expect(killedAtWork).toBeGreaterThan(KILLS);

    const last = await callAll(keys, () => false);
    expect(last.filter(({ status }) => status !== 201 && status !== 402)).toEqual([]);
    const { ids } = await books(coupon);
    expect(told.size).toBe(uses);
    expect(ids).toEqual(new Set(told.values()));
  }, 600_000);
});
