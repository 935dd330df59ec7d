import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_CODES_PER_CHANGE } from '../../shared/contracts/sync.ts';
import { createJobRunner, type JobRunner } from '../jobs/run-jobs.ts';
import { jobHandlers } from '../jobs.ts';
import { query } from '../store/db.ts';
import { basketOf50, offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, type TestCentre, testableStores } from '../testing/test-centre.ts';
import { csvField } from './codes-csv.ts';
import { CODES_PER_STEP } from './make-codes.ts';

const COUNT = 5_000;

describe.each(testableStores())('codes in bulk on %s', (kind) => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre(kind);
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(() => test.empty());

  const runner = (onStep?: () => void): JobRunner => {
    const handlers = jobHandlers(test.centre);
    if (onStep === undefined) return createJobRunner(test.centre, handlers);
    const { make_codes: make } = handlers;
    if (make === undefined) throw new Error('there is no such job');
    const run: typeof make.run = (job) =>
      make.run({
        ...job,
        async step(work) {
          const done = await job.step(work);
          onStep();
          return done;
        },
      });
    return createJobRunner(test.centre, { ...handlers, make_codes: { ...make, run } });
  };
  const bulk = (body: object = {}, headers = {}) =>
    test.call(
      'POST',
      '/api/coupons/bulk',
      { name: 'Flyer', discount_value: 10, count: COUNT, ...body },
      headers,
    );
  const job = async (id: string) => (await test.call('GET', `/api/jobs/${id}`)).body;
  const count = async (where = sql`true`) =>
    Number(
      (await query<{ n: number }>(test.centre.db, sql`SELECT count(*) AS n FROM coupons WHERE ${where}`))[0]
        ?.n,
    );
  async function listen(): Promise<void> {
    await test.call('POST', '/api/webhooks', { url: 'https://example.com/', events: ['batch.completed'] });
  }
  const told = () =>
    query<{ data: object }>(test.centre.db, sql`SELECT data FROM outbox WHERE type = 'batch.completed'`);

  it('makes a job, and from it a batch whose codes are valid when all of them are there', async () => {
    await listen();
    const asked = await bulk({ max_uses_per_code: 1 });
    expect(asked.status).toBe(202);
    expect(asked.headers.location).toBe(`/api/jobs/${asked.body.id}`);
    expect(asked.body).toMatchObject({ state: 'waiting', done: 0, out_of: COUNT, kind: 'make_codes' });
    let seen = 0;
    await runner(async () => {
      seen += 1;
    }).runOne();
    expect(seen).toBe(3);
    const done = await job(asked.body.id);
    expect(done).toMatchObject({ state: 'done', done: COUNT, code: null });
    expect(await told()).toMatchObject([{ data: { batch_id: done.batch_id, count: COUNT } }]);
    const serials = await query<{ n: number; first: number; last: number }>(
      test.centre.db,
      sql`SELECT count(DISTINCT serial) AS n, min(serial) AS first, max(serial) AS last FROM coupons`,
    );
    expect(serials.map((row) => Object.values(row).map(Number))).toEqual([[COUNT, 1, COUNT]]);
    const runs = await query(test.centre.db, sql`SELECT 1 FROM changes WHERE kind = 'codes'`);
    expect(runs).toHaveLength(Math.ceil(COUNT / MAX_CODES_PER_CHANGE));
    const csv = await test.call('GET', `/api/batches/${done.batch_id}/codes.csv`);
    const lines = String(csv.body).trimEnd().split('\r\n');
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(lines).toHaveLength(COUNT + 1);
    const early = lines[1]?.split(',')[1];
    const use = { code: early, basket_id: 'b', basket: basketOf50 };
    expect((await test.call('POST', '/api/redemptions', use)).status).toBe(201);
  });

  it('takes no code of a batch that is being made', async () => {
    const asked = await bulk();
    const stopping = runner(() => stopping.handBack());
    await stopping.runOne();
    expect(await job(asked.body.id)).toMatchObject({ state: 'waiting', done: CODES_PER_STEP });
    const [row] = await query<{ id: string; code: string }>(
      test.centre.db,
      sql`SELECT id, code FROM coupons LIMIT 1`,
    );
    const judged = await test.call('POST', '/api/coupon/validate', { code: row?.code });
    expect(judged).toMatchObject({ status: 404, body: { code: 'code_unknown' } });
    expect((await test.call('GET', `/api/coupons/${row?.id}`)).body.status).toBe('making');
    const [batch] = (await test.call('GET', '/api/batches')).body.batches;
    expect(batch).toMatchObject({ state: 'making', count: COUNT });
    expect((await test.call('GET', `/api/batches/${batch.id}/codes.csv`)).status).toBe(409);
    // Whoever comes next goes on where the other one stopped.
    await runner().runOne();
    expect(await job(asked.body.id)).toMatchObject({ state: 'done', done: COUNT });
    expect(await count()).toBe(COUNT);
    expect((await test.call('POST', '/api/coupon/validate', { code: row?.code })).status).toBe(200);
  });

  it('goes on after a process that died, once its claim is over, and the dead one counts no more', async () => {
    const asked = await bulk();
    let late: Promise<unknown> = Promise.resolve();
    let steps = 0;
    const dying = runner(() => {
      steps += 1;
      if (steps !== 1) return;
      // Nobody renews the claim any more, and another process takes the job while this one still believes in it.
      test.ports.nowMs += 31_000;
      late = runner().runOne();
    });
    await dying.runOne();
    await late;
    expect(await job(asked.body.id)).toMatchObject({ state: 'done', done: COUNT });
    expect(await count()).toBe(COUNT);
    expect(await count(sql`serial > ${COUNT}`)).toBe(0);
  });

  it('is run by one of several processes', async () => {
    await bulk();
    const kinds = await Promise.all([runner().runOne(), runner().runOne(), runner().runOne()]);
    expect(kinds.filter((one) => one === 'make_codes')).toHaveLength(1);
    expect(await count()).toBe(COUNT);
  });

  it('ends by cancel, and nothing of it is left', async () => {
    await listen();
    const waiting = await bulk();
    expect((await test.call('DELETE', `/api/jobs/${waiting.body.id}`)).status).toBe(202);
    await runner().runOne();
    expect(await job(waiting.body.id)).toMatchObject({ state: 'cancelled', done: 0 });

    const running = await bulk();
    let cancelled: Promise<unknown> | undefined;
    await runner(() => {
      cancelled ??= test.call('POST', `/api/jobs/${running.body.id}/cancel`);
    }).runOne();
    await cancelled;
    await runner().runOne();
    expect(await job(running.body.id)).toMatchObject({ state: 'cancelled', done: 0 });
    expect(await count()).toBe(0);
    expect((await test.call('GET', '/api/batches')).body.batches).toEqual([]);
    expect(await told()).toEqual([]);
    expect((await test.call('POST', `/api/jobs/${running.body.id}/cancel`)).status).toBe(202);
    expect((await test.call('POST', `/api/jobs/${running.body.id}/resume`)).status).toBe(409);
  });

  it('finds the free codes of a format that is nearly full, and says when there are none', async () => {
    const offer = await test.call('POST', '/api/offers', offerTerms());
    const few = {
      offer_id: offer.body.id,
      discount_value: undefined,
      format: { kind: 'pattern', pattern: 'TIGHT%d%d%d' },
    };
    // Of its thousand codes a few read rudely, and are never made.
    for (const count of [500, 400]) {
      const asked = await bulk({ ...few, count });
      await runner().runOne();
      expect(await job(asked.body.id)).toMatchObject({ state: 'done' });
    }
    expect(await count()).toBe(900);
    const none = await bulk({ ...few, count: 101 });
    await runner().runOne();
    expect(await job(none.body.id)).toMatchObject({ state: 'failed', code: 'conflict', done: 0 });
    expect(await count()).toBe(900);
    expect((await bulk({ ...few, count: 501 })).body).toMatchObject({ status: 409, code: 'conflict' });
  });

  it('makes one job of a request that was sent twice', async () => {
    const key = { 'idempotency-key': 'once' };
    const [first, second] = await Promise.all([bulk({}, key), bulk({}, key)]);
    expect(first.body.id).toBe(second.body.id);
    expect((await test.call('GET', '/api/jobs')).body.jobs).toHaveLength(1);
  });

  it('refuses what contradicts itself', async () => {
    expect((await bulk({ count: 0 })).status).toBe(422);
    expect((await bulk({ discount_value: undefined })).status).toBe(422);
    expect((await bulk({ offer_id: '00000000-0000-7000-8000-000000000001' })).status).toBe(422);
    expect((await bulk({ location_id: '00000000-0000-7000-8000-000000000001' })).status).toBe(404);
    expect((await bulk({ surprise: 1 })).status).toBe(422);
  });
});

describe('a field of CSV', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-1', "'-1"],
    ['@a', "'@a"],
    ['a"b', '"a""b"'],
    ['a,b', '"a,b"'],
    ['PLAIN', 'PLAIN'],
  ])('%s is written %s', (text, written) => {
    expect(csvField(text)).toBe(written);
  });
});
